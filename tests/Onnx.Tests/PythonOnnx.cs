using System.Diagnostics;
using System.Text.Json;

namespace Mlops.Onnx;

/// <summary>The reference implementation's checker, as Debian's python3-onnx ships it.</summary>
internal static class PythonOnnx
{
    private const string Check = """
        import json, sys, onnx
        model = onnx.load_model_from_string(sys.stdin.buffer.read())
        onnx.checker.check_model(model)  # full_check needs type inference, which ai.onnx.ml lacks in ONNX 1.12
        kept = model.SerializeToString(deterministic=True)
        print(json.dumps({
            "ir": model.ir_version,
            "opsets": {entry.domain: entry.version for entry in model.opset_import},
            "inputs": [value.name for value in model.graph.input],
            "outputs": [value.name for value in model.graph.output],
            "operators": [node.op_type for node in model.graph.node],
            "metadata": {entry.key: entry.value for entry in model.metadata_props},
            "bytes": len(kept)}))
        """;

    private static readonly Lazy<string?> Interpreter = new(() =>
        // libonnx-testdata alone makes a package onnx too, with nothing in it.
        new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(python => Run(python, "import onnx.checker", []) is { ExitCode: 0 }));

    /// <summary>Whether python3 can import onnx here.</summary>
    public static bool IsPresent => Interpreter.Value is not null;

    /// <summary>What the reference implementation reads; its complaint is the exception's message.</summary>
    public static JsonElement CheckModel(byte[] model)
    {
        var run = Run(Interpreter.Value ?? throw new InvalidOperationException("python3 has no onnx."), Check, model);
        return run.ExitCode is 0 ? JsonDocument.Parse(run.Output).RootElement : throw new InvalidDataException(run.Error);
    }

    private static (int ExitCode, string Output, string Error) Run(string python, string script, byte[] input)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", script])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }) ?? throw new InvalidOperationException($"{python} did not start.");
            var error = process.StandardError.ReadToEndAsync();
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            return (-1, string.Empty, missing.Message);
        }
    }
}

/// <summary>A test that needs python3-onnx: skipped, and said so, where it is not installed.</summary>
internal sealed class PythonOnnxFactAttribute : FactAttribute
{
    public PythonOnnxFactAttribute()
    {
        if (!PythonOnnx.IsPresent)
        {
            Skip = "python3 has no onnx here: apt-get install python3-onnx";
        }
    }
}
