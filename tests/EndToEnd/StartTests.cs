using System.Net;

namespace Mlops.EndToEnd;

public sealed class StartTests
{
    [Fact]
    public async Task A_host_over_an_empty_folder_gets_ready_and_lists_no_models()
    {
        await using var platform = await Platform.StartAsync();

        var ready = await platform.Client.GetAsync("/readyz");
        var models = await platform.Client.GetStringAsync("/api/v1/models");

        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal("""{"items":[]}""", models);
        Assert.Empty(platform.Errors);
    }
}
