using System.Text;
using Mlops.Registry;
using Mlops.Storage;

namespace Mlops.Serving;

public sealed class EndpointStoreTests : IAsyncDisposable
{
    private readonly ServingOnDisk _serving = new();

    private EndpointStore Endpoints => _serving.Endpoints;

    public ValueTask DisposeAsync() => _serving.DisposeAsync();

    [Fact]
    public async Task An_endpoint_is_found_as_it_was_created()
    {
        var created = await _serving.CreateEndpointAsync();

        Assert.Equal(Text(created), Text(await Endpoints.FindAsync(TenantId.Default, ServingOnDisk.Live, default)));
        Assert.Null(await Endpoints.FindAsync(TenantId.Parse("other"), ServingOnDisk.Live, default));
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        await _serving.CreateEndpointAsync();

        Assert.IsType<EndpointOutcome.NameTaken>(await Endpoints.CreateAsync(
            TenantId.Default, ServingOnDisk.Live, EndpointDefinition.Of(ServingOnDisk.Champion), "bob", default));
    }

    [Fact]
    public async Task An_endpoint_needs_a_model_and_a_version_that_are_there_but_not_yet_an_alias()
    {
        Assert.IsType<EndpointOutcome.UnknownModel>(await CreateAsync(ServingOnDisk.Champion));
        var number = await _serving.RegisterAsync("onnx");
        Assert.IsType<EndpointOutcome.UnknownVersion>(await CreateAsync(new(RegistryOnDisk.Churn, version: number + 1)));
        Assert.IsType<EndpointOutcome.Saved>(await CreateAsync(ServingOnDisk.Champion));

        Task<EndpointOutcome> CreateAsync(EndpointTarget target) =>
            Endpoints.CreateAsync(TenantId.Default, ServingOnDisk.Live, EndpointDefinition.Of(target), "ada", default);
    }

    [Fact]
    public void A_target_is_an_alias_or_a_version()
    {
        Assert.Throws<ArgumentException>(() => new EndpointTarget(RegistryOnDisk.Churn));
        Assert.Throws<ArgumentException>(() => new EndpointTarget(RegistryOnDisk.Churn, AliasName.Champion, 1));
    }

    [Fact]
    public async Task A_stale_change_or_removal_changes_nothing()
    {
        var seen = await _serving.CreateEndpointAsync();
        var changed = Assert.IsType<EndpointOutcome.Saved>(await ReplaceAsync("mine", seen.ETag)).Endpoint;

        Assert.IsType<EndpointOutcome.Stale>(await ReplaceAsync("theirs", seen.ETag));
        Assert.IsType<EndpointOutcome.Stale>(await Endpoints.DeleteAsync(TenantId.Default, ServingOnDisk.Live, seen.ETag, default));
        Assert.Equal(Text(changed), Text(await Endpoints.FindAsync(TenantId.Default, ServingOnDisk.Live, default)));
    }

    [Fact]
    public async Task A_removed_endpoint_is_gone_and_its_name_free()
    {
        var seen = await _serving.CreateEndpointAsync();

        Assert.IsType<EndpointOutcome.Removed>(await Endpoints.DeleteAsync(TenantId.Default, ServingOnDisk.Live, seen.ETag, default));
        Assert.IsType<EndpointOutcome.UnknownEndpoint>(await Endpoints.DeleteAsync(TenantId.Default, ServingOnDisk.Live, null, default));
        Assert.IsType<EndpointOutcome.UnknownEndpoint>(await ReplaceAsync("x", null));
        await _serving.CreateEndpointAsync();
    }

    [Fact]
    public async Task Endpoints_are_listed_by_name_page_by_page()
    {
        foreach (var name in new[] { "live", "beta", "test" })
        {
            await _serving.CreateEndpointAsync(name);
        }

        var first = await Endpoints.ListAsync(TenantId.Default, 2, null, default);
        var second = await Endpoints.ListAsync(TenantId.Default, 2, first.Continuation, default);

        Assert.Equal(["beta", "live", "test"], first.Endpoints.Concat(second.Endpoints).Select(endpoint => endpoint.Name.Value));
    }

    [Fact]
    public async Task Every_change_makes_another_generation_and_nothing_else_does()
    {
        Assert.Null(await Endpoints.GenerationAsync(TenantId.Default, default));
        await _serving.CreateEndpointAsync();
        var created = await Endpoints.GenerationAsync(TenantId.Default, default);
        await Endpoints.CreateAsync(TenantId.Default, ServingOnDisk.Live, EndpointDefinition.Of(ServingOnDisk.Champion), "bob", default);
        Assert.Equal(created, await Endpoints.GenerationAsync(TenantId.Default, default));
        await ReplaceAsync("x", null);
        var replaced = await Endpoints.GenerationAsync(TenantId.Default, default);
        await Endpoints.DeleteAsync(TenantId.Default, ServingOnDisk.Live, null, default);

        Assert.Equal(3, new[] { created, replaced, await Endpoints.GenerationAsync(TenantId.Default, default) }.Distinct().Count());
    }

    [Fact]
    public async Task Tenants_that_have_endpoints_are_known_and_revisions_count_changes()
    {
        Assert.Empty(await Endpoints.TenantsAsync(default));
        await _serving.CreateEndpointAsync();
        await ReplaceAsync("x", null);

        Assert.Equal([TenantId.Default], await Endpoints.TenantsAsync(default));
        Assert.Equal(2, (await Endpoints.FindAsync(TenantId.Default, ServingOnDisk.Live, default))?.Revision);
    }

    private static (string, string) Text(Endpoint? endpoint) =>
        (Encoding.UTF8.GetString(Documents.Write(endpoint)), endpoint?.ETag ?? "");

    private Task<EndpointOutcome> ReplaceAsync(string description, string? ifMatch) => Endpoints.ReplaceAsync(
        TenantId.Default, ServingOnDisk.Live, EndpointDefinition.Of(ServingOnDisk.Champion, description), ifMatch, default);
}
