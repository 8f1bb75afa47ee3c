using System.Text;
using Microsoft.AspNetCore.Http;
using Mlops.Training;

namespace Mlops.Http;

public class IncomingTests
{
    public enum Colour { DeepRed, Blue }

    public sealed record Part(string Name, int Count, Colour Colour = Colour.Blue);

    public sealed record Order(
        string Customer,
        int Number,
        Part? First = null,
        IReadOnlyList<Part>? Parts = null,
        DateTimeOffset? Due = null,
        bool Paid = false,
        HyperparameterValue? Size = null);

    [Theory]
    [InlineData("""{"customer":"a"}""", "number", "is required")]
    [InlineData("""{"customer":null,"number":1}""", "customer", "must not be null")]
    [InlineData("""{"customer":"a","number":"1"}""", "number", "expected a whole number that fits")]
    [InlineData("""{"customer":"a","number":99999999999999}""", "number", "expected a whole number that fits")]
    [InlineData("""{"customer":1,"number":1}""", "customer", "expected a string")]
    [InlineData("""{"customer":"a","number":1,"paid":"yes"}""", "paid", "expected true or false")]
    [InlineData("""{"customer":"a","number":1,"due":"tomorrow"}""", "due", "expected an ISO 8601 instant")]
    [InlineData("""{"customer":"a","number":1,"parts":{}}""", "parts", "expected an array")]
    [InlineData("""{"customer":"a","number":1,"first":[]}""", "first", "expected an object")]
    [InlineData("""{"customer":"a","number":1,"size":[]}""", "size", "expected a finite number or a word")]
    [InlineData("""{"customer":"a","number":1,"size":1e400}""", "size", "expected a finite number or a word")]
    [InlineData("""{"customer":"a","number":1,"first":{"name":"x","count":1,"colour":"green"}}""", "first.colour", "expected one of deepRed, blue")]
    [InlineData("""{"customer":"a","number":1,"first":{"name":"x","count":1,"colour":1}}""", "first.colour", "expected one of deepRed, blue")]
    [InlineData("""{"customer":"a","number":1,"parts":[{"name":"x","count":1},{"name":"x","count":true}]}""", "parts[1].count", "expected a whole number that fits")]
    [InlineData("""{"customer":"a","number":1,"parts":[{"name":"x"}]}""", "parts[0].count", "is required")]
    [InlineData("""{"customer":"a","number":1,"price":2}""", "price", "there is no such field")]
    [InlineData("""{"customer":"a","customer":"b","number":1}""", "customer", "is there more than once")]
    [InlineData("""[1]""", "body", "expected an object")]
    [InlineData("null", "body", "expected a JSON object, found null")]
    public async Task A_wrong_body_names_the_field_and_what_was_expected(string body, string field, string message)
    {
        var problem = await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(body));

        Assert.Equal(400, problem.Status);
        Assert.Contains(new FieldError(field, message), problem.Errors);
    }

    [Theory]
    [InlineData("null", "spec", "expected a JSON object, found null")]
    [InlineData("[]", "spec", "expected an object")]
    [InlineData("""{"customer":"a"}""", "number", "is required")]
    [InlineData("\"\\ud800", "spec", "is not JSON from line 1, byte 0 on")]
    public void A_wrong_part_of_a_form_names_itself_or_the_field(string json, string field, string message)
    {
        var problem = Assert.Throws<ProblemException>(() => Incoming.Part<Order>(Encoding.UTF8.GetBytes(json), "spec"));

        Assert.Equal((400, field), (problem.Status, problem.Errors[0].Field));
        Assert.StartsWith(message[..10], problem.Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_that_is_not_UTF8_is_named() => Assert.Equal(
        [new FieldError("spec", "is not UTF-8")], Assert.Throws<ProblemException>(() => Incoming.Part<Order>(new byte[] { 0xFF }, "spec")).Errors);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(1_000_000)]
    public async Task All_of_a_stream_is_read_up_to_a_bound(int length)
    {
        var content = new byte[length];
        new Random(3).NextBytes(content);

        Assert.Equal(content, await Incoming.AllAsync(new MemoryStream(content), length, "model", default));
        if (length > 0)
        {
            var problem = await Assert.ThrowsAsync<ProblemException>(
                () => Incoming.AllAsync(new MemoryStream(content), length - 1, "model", default));
            Assert.Equal((413, "model"), (problem.Status, problem.Errors[0].Field));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"customer":"a","number":1} x""")]
    [InlineData("""{"customer":'a'}""")]
    public async Task What_is_not_JSON_is_said_to_be_so_with_its_place(string body)
    {
        var problem = await Assert.ThrowsAsync<ProblemException>(() => ReadAsync(body));

        Assert.Contains(problem.Errors, error => error.Message.StartsWith("is not JSON from line 1, byte ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_missing_field_is_named_at_once()
    {
        var problem = await Assert.ThrowsAsync<ProblemException>(() => ReadAsync("{}"));

        Assert.Equal(["customer", "number"], problem.Errors.Select(error => error.Field));
    }

    [Fact]
    public async Task A_right_body_is_read()
    {
        var order = await ReadAsync("""{"customer":"a","number":2,"parts":[{"name":"x","count":3,"colour":"deepRed"}]}""");

        Assert.Equal(("a", 2, new Part("x", 3, Colour.DeepRed)), (order.Customer, order.Number, Assert.Single(order.Parts!)));
    }

    [Fact]
    public async Task Another_content_type_is_refused_with_415()
    {
        var problem = await Assert.ThrowsAsync<ProblemException>(() => ReadAsync("{}", "text/plain"));

        Assert.Equal((415, "Content-Type"), (problem.Status, problem.Errors[0].Field));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Too_long_a_body_is_refused_with_413_whether_or_not_it_says_its_length(bool saysLength)
    {
        var request = Request(new string(' ', 2_000));
        request.ContentLength = saysLength ? 2_000 : null;

        var problem = await Assert.ThrowsAsync<ProblemException>(() => Incoming.BodyAsync<Order>(request, default, maxBytes: 1_000));

        Assert.Equal(413, problem.Status);
    }

    [Fact]
    public void A_wrong_route_value_is_named()
    {
        var problem = Assert.Throws<ProblemException>(() => Incoming.Value<TenantId>("NOT ONE", "tenant", "a tenant id"));

        Assert.Equal(new FieldError("tenant", "expected a tenant id, found 'NOT ONE'"), Assert.Single(problem.Errors));
    }

    [Theory]
    [InlineData("?limit=0", "limit")]
    [InlineData("?limit=1001", "limit")]
    [InlineData("?limit=ten", "limit")]
    [InlineData("?limit=-1", "limit")]
    [InlineData("?continuation=", "continuation")]
    public void Wrong_paging_is_named(string query, string field)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);

        Assert.Equal(field, Assert.Single(Assert.Throws<ProblemException>(() => Paging.From(request)).Errors).Field);
    }

    [Theory]
    [InlineData("\"abc\"", "abc")]
    [InlineData("*", null)]
    [InlineData(null, null)]
    public void If_Match_gives_the_tag(string? header, string? tag)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfMatch = header;

        Assert.Equal(tag, request.IfMatch());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("W/\"abc\"")]
    [InlineData("\"a\", \"b\"")]
    [InlineData("\"\"")]
    public void A_wrong_If_Match_is_named(string header)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.IfMatch = header;

        Assert.Equal("If-Match", Assert.Throws<ProblemException>(() => request.IfMatch()).Errors[0].Field);
    }

    private static Task<Order> ReadAsync(string body, string contentType = "application/json") =>
        Incoming.BodyAsync<Order>(Request(body, contentType), default);

    private static HttpRequest Request(string body, string contentType = "application/json")
    {
        var request = new DefaultHttpContext().Request;
        request.ContentType = contentType;
        request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return request;
    }
}
