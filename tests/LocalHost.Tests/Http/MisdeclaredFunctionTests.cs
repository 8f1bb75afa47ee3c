using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Mlops.LocalHost.Http;

/// <summary>A function that cannot run keeps the host from starting, with a message that names it and says why.</summary>
public sealed class MisdeclaredFunctionTests
{
    [Theory]
    [InlineData(typeof(Unbound), "MisdeclaredFunctionTests+Unbound.Run) has a parameter 'other' that is bound to nothing")]
    [InlineData(typeof(NoTrigger), "has 0 triggers")]
    [InlineData(typeof(TwoTriggers), "has 2 triggers")]
    [InlineData(typeof(NotPublic), "is not a public method")]
    [InlineData(typeof(WrongResult), "returns String; an HTTP function answers with IResult")]
    [InlineData(typeof(WrongTrigger), "takes its trigger as String; it can be HttpRequest")]
    [InlineData(typeof(WrongToken), "takes 'when' as Uri, which a token cannot become")]
    [InlineData(typeof(BrokenRoute), "has the route 'a/{b'")]
    [InlineData(typeof(SameName), "has the name of")]
    [InlineData(typeof(SameRoute), "has the route GET /a/{y:int}, which One has already")]
    [InlineData(typeof(UnknownBinding), "has a BlobInputAttribute on 'blob'")]
    [InlineData(typeof(BadSchedule), "has the schedule 'every day', which is neither")]
    [InlineData(typeof(MissingSetting), "has the schedule '%Nightly%', and there is no such setting")]
    [InlineData(typeof(BadBlobPath), "watches 'uploads', which is no path")]
    public async Task The_host_refuses_to_start(Type functions, string complaint)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => RunningHost.StartAsync([functions]));

        Assert.Contains(complaint, failure.Message, StringComparison.Ordinal);
    }

    public sealed class Unbound
    {
        [Function("Unbound")]
        public void Run([HttpTrigger(Route = "a/{one}")] HttpRequest request, string other) => request.Headers["a"] = other;
    }

    public sealed class NoTrigger
    {
        [Function("NoTrigger")]
        public void Run(HttpRequest request) => request.Headers["a"] = "";
    }

    public sealed class TwoTriggers
    {
        [Function("TwoTriggers")]
        public void Run([HttpTrigger] HttpRequest request, [TimerTrigger("0 * * * * *")] TimerInfo timer) =>
            request.Headers["a"] = timer.ToString();
    }

    public sealed class NotPublic
    {
        [Function("NotPublic")]
        internal void Run([HttpTrigger] HttpRequest request) => request.Headers["a"] = "";
    }

    public sealed class WrongResult
    {
        [Function("WrongResult")]
        public Task<string> RunAsync([HttpTrigger] HttpRequest request) => Task.FromResult(request.Method);
    }

    public sealed class WrongTrigger
    {
        [Function("WrongTrigger")]
        public IResult Run([HttpTrigger] string body) => Results.Text(body);
    }

    public sealed class WrongToken
    {
        [Function("WrongToken")]
        public IResult Run([HttpTrigger(Route = "a/{when}")] HttpRequest request, Uri when) => Results.Text($"{request.Path} {when}");
    }

    public sealed class BrokenRoute
    {
        [Function("BrokenRoute")]
        public IResult Run([HttpTrigger(Route = "a/{b")] HttpRequest request) => Results.Text(request.Path);
    }

    public sealed class SameName
    {
        [Function("Same")]
        public IResult One([HttpTrigger(Route = "one")] HttpRequest request) => Results.Text(request.Path);

        [Function("same")]
        public IResult Two([HttpTrigger(Route = "two")] HttpRequest request) => Results.Text(request.Path);
    }

    public sealed class SameRoute
    {
        [Function("One")]
        public IResult One([HttpTrigger("get", Route = "a/{x:int}")] HttpRequest request) => Results.Text(request.Path);

        [Function("Two")]
        public IResult Two([HttpTrigger("post", "get", Route = "/a/{y:int}")] HttpRequest request) => Results.Text(request.Path);
    }

    public sealed class UnknownBinding
    {
        [Function("UnknownBinding")]
        public IResult Run([HttpTrigger] HttpRequest request, [BlobInput("a/b")] string blob) => Results.Text(request.Path + blob);
    }

    public sealed class BadSchedule
    {
        [Function("BadSchedule")]
        public void Run([TimerTrigger("every day")] TimerInfo timer) => timer.IsPastDue = true;
    }

    public sealed class MissingSetting
    {
        [Function("MissingSetting")]
        public void Run([TimerTrigger("%Nightly%")] TimerInfo timer) => timer.IsPastDue = true;
    }

    public sealed class BadBlobPath
    {
        [Function("BadBlobPath")]
        public void Run([BlobTrigger("uploads")] Stream blob) => blob.Flush();
    }
}
