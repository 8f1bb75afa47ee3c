using System.Text;
using Microsoft.AspNetCore.Http;
using Mlops.Http;

namespace Mlops.EndToEnd.OpenApi;

public sealed class ExampleTests
{
    public static TheoryData<string> OperationsWithRecords =>
        [.. HttpFunction.All.Where(function => function.RequestType is not null).Select(function => function.Name)];

    [Theory]
    [MemberData(nameof(OperationsWithRecords))]
    public async Task An_example_is_read_as_its_type_without_objection(string id)
    {
        var type = HttpFunction.All.Single(function => function.Name == id).RequestType ?? throw new KeyNotFoundException(id);
        var examples = ApiDescription.Operation(id).Examples.ToList();

        Assert.NotEmpty(examples);
        foreach (var (_, body) in examples)
        {
            Assert.IsType(type, await ReadAsync(type, body.ToJsonString()));
        }
    }

    /// <summary>Reads a body exactly as functions do.</summary>
    private static async Task<object?> ReadAsync(Type type, string body)
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = "application/json";
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        var read = typeof(Incoming).GetMethod(nameof(Incoming.BodyAsync))?.MakeGenericMethod(type)
            .Invoke(null, [http.Request, CancellationToken.None, Incoming.MaxJsonBytes]);
        var task = Assert.IsAssignableFrom<Task>(read);
        await task;
        return task.GetType().GetProperty("Result")?.GetValue(task);
    }
}
