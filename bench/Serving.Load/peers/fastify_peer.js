// Node's fast way: fastify with a body schema around onnxruntime-node. MODELS names the folder, PORT the port.
import fastify from 'fastify';
import ort from 'onnxruntime-node';

const sessions = {};
for (const name of ['lr', 'rf']) {
  sessions[name] = await ort.InferenceSession.create(`${process.env.MODELS}/${name}.onnx`, { intraOpNumThreads: 1, interOpNumThreads: 1 });
}

const app = fastify({ bodyLimit: 64 * 1024 * 1024 });
const schema = {
  body: {
    type: 'object',
    required: ['instances'],
    properties: { instances: { type: 'array', items: { type: 'array', items: { type: 'number' } } } },
  },
};

app.get('/health', () => ({ status: 'ok' }));
app.post('/predict/:name', { schema }, async (request) => {
  const rows = request.body.instances;
  const width = rows[0].length;
  const input = new Float32Array(rows.length * width);
  rows.forEach((row, index) => input.set(row, index * width));
  const { probabilities } = await sessions[request.params.name].run({ input: new ort.Tensor('float32', input, [rows.length, width]) }, ['probabilities']);
  const answer = { predictions: [], probabilities: [] };
  for (let row = 0; row < rows.length; row++) {
    const pair = [probabilities.data[2 * row], probabilities.data[2 * row + 1]];
    answer.predictions.push(pair[1] > pair[0] ? 1 : 0);
    answer.probabilities.push(pair);
  }
  return answer;
});

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
