// What HTTP alone costs: Kestrel, set up as LocalHost sets it up, reads each request's body and answers with a fixed text.
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost
    .UseKestrelCore()
    .UseSockets(sockets => sockets.IOQueueCount = 0)
    .ConfigureKestrel(kestrel => kestrel.AddServerHeader = false)
    .UseUrls(args[0]);
var app = builder.Build();
var answer = """
    {"model_name":"lr","model_version":"1","outputs":[{"name":"probabilities","datatype":"FP32","shape":[1,2],"data":[0.25,0.75]}]}
    """u8.ToArray();
app.Run(async http =>
{
    var body = await http.Request.BodyReader.ReadAtLeastAsync((int)(http.Request.ContentLength ?? 0), http.RequestAborted);
    http.Request.BodyReader.AdvanceTo(body.Buffer.End);
    http.Response.ContentType = "application/json";
    http.Response.ContentLength = answer.Length;
    await http.Response.BodyWriter.WriteAsync(answer, http.RequestAborted);
});
await app.RunAsync();
