using System.Text;
using System.Text.Json.Nodes;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.AsCode;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Server.Admin;
using IdentityProvider.Server.Admin.AsCode;
using IdentityProvider.Server.Tests.Endpoints;
using IdentityProvider.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Server.Tests.Admin;

/// <summary>What a plan meets that was true when it was made, and whose clients no plan touches.</summary>
public sealed class ConfigurationOperationsTests : IAsyncLifetime
{
    private static readonly Actor Me = Actor.Command("me");

    private TestServer _server = null!;
    private AsyncServiceScope _scope;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ConfigurationOperations Operations => _scope.ServiceProvider.GetRequiredService<ConfigurationOperations>();

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _scope = _server.Services.CreateAsyncScope();
        Assert.True(await _server.Get<Clients>().AddAsync(SignedIn.App with { ClientId = "app", Resources = [], Scope = ScopeSet.Of(["openid"]) }, Cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        await _scope.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_somebody_changed_since_the_plan_was_made_is_not_overwritten_and_the_next_plan_has_it()
    {
        var document = Edited(await ExportAsync(), "app", "client_name", "By code");
        var steps = await PreparedAsync(document);
        await RenameAsync("app", "By somebody");

        var fault = await ConfigurationOperations.ApplyAsync(Me, steps, (_, _) => Assert.Fail("taken"), Cancellation);
        Assert.Equal(FaultKind.Changed, fault!.Kind);
        Assert.Equal("By somebody", (await _server.Get<Clients>().FindAsync("app", Cancellation))!.ClientName);

        Assert.Null(await ConfigurationOperations.ApplyAsync(Me, await PreparedAsync(document), (_, _) => { }, Cancellation));
        Assert.Empty(await PreparedAsync(document));
    }

    [Fact]
    public async Task What_was_changed_since_the_plan_was_made_is_not_deleted_and_what_is_gone_already_is_done()
    {
        const string none = """{"format":1,"clients":[]}""";
        var (changed, gone) = (await PreparedAsync(none, prunes: true), await PreparedAsync(none, prunes: true));
        await RenameAsync("app", "By somebody");
        Assert.Equal(FaultKind.Changed, (await ConfigurationOperations.ApplyAsync(Me, changed, (_, _) => { }, Cancellation))!.Kind);
        Assert.NotNull(await _server.Get<Clients>().FindAsync("app", Cancellation));

        await _server.Get<Clients>().DeleteAsync("app", _server.Clock.GetUtcNow(), Cancellation);
        Assert.Null(await ConfigurationOperations.ApplyAsync(Me, gone, (_, _) => { }, Cancellation));
    }

    [Theory]
    [InlineData("resources")]
    [InlineData("roles")]
    [InlineData("groups")]
    [InlineData("clients")]
    public async Task Of_who_prunes_a_thing_and_who_changes_it_at_once_one_is_first(string section)
    {
        await ThingsAsync();
        for (var round = 0; round < 12; round++)
        {
            await ThingAsync(section);
            var step = Assert.Single(await PreparedAsync($$"""{"format":1,"{{section}}":[]}""", prunes: true), step => step.Step.Name is "https://api.example" or "thing");
            var (pruned, changed) = await AtOnceAsync(() => PruneAsync(step), () => ChangeAsync(section, round));

            // Never both: what was changed is there as it was changed, and what was pruned was as the plan showed it.
            Assert.True((pruned is null) != (changed is null), $"{section} {round}: {pruned} {changed}");
            Assert.Equal(changed is null, await StandsAsync(section));
            if (pruned is not null)
                Assert.Equal(FaultKind.Changed, pruned.Kind);
            else
                Assert.Contains(changed!.Kind, new[] { FaultKind.Changed, FaultKind.Unknown });
        }
    }

    [Fact]
    public async Task Steps_before_the_one_that_fails_stay_done_and_are_told()
    {
        var document = Edited(await ExportAsync(), "app", "client_name", "By code");
        document = document.Replace("\"roles\": []", "\"roles\": [{\"role\":\"staff\"}]", StringComparison.Ordinal);
        var steps = await PreparedAsync(document);
        await RenameAsync("app", "By somebody");

        var taken = new List<string>();
        Assert.StartsWith("client app: ", (await ConfigurationOperations.ApplyAsync(Me, steps, (step, _) => taken.Add(step.Step.Name), Cancellation))!.ToString(), StringComparison.Ordinal);
        Assert.Equal(["staff"], taken);
    }

    [Fact]
    public async Task A_client_that_registered_itself_is_not_exported_not_pruned_and_not_changed()
    {
        var policy = RegistrationPolicy.Open with { CreatedAt = _server.Clock.GetUtcNow() };
        await _server.Get<RegistrationPolicies>().PutAsync(policy, Cancellation);
        await _server.Get<Registrations>().AddAsync(
            SignedIn.App with { ClientId = "self", Resources = [], Scope = ScopeSet.Of(["openid"]), RegisteredBy = policy.PolicyId }, new byte[32], _server.Clock.GetUtcNow(), Cancellation);
        Assert.NotNull(await _server.Get<Clients>().FindAsync("self", Cancellation));

        Assert.DoesNotContain("\"self\"", await ExportAsync(), StringComparison.Ordinal);
        Assert.False((await Operations.ExportAsync(Me, ["self"], Cancellation)).Try(out _, out var exported));
        Assert.Equal("client_id", exported!.Member);
        Assert.Equal("app", Assert.Single(await PreparedAsync("""{"format":1,"clients":[]}""", prunes: true)).Step.Name);

        Assert.False((await Operations.PrepareAsync(Me, Read("""{"format":1,"clients":[{"client_id":"self","redirect_uris":["https://a.example/cb"]}]}"""), false, Cancellation)).Try(out _, out var fault));
        Assert.Equal("/clients/0/client_id", fault!.Member);
    }

    [Fact]
    public async Task Administration_itself_is_never_written_and_a_client_of_it_comes_back_as_it_was()
    {
        Assert.True(await _server.Get<Clients>().AddAsync(Administrators.Robot with { Secrets = [], RedirectUris = [], PostLogoutRedirectUris = [], AllowedOrigins = [] }, Cancellation));
        var document = await ExportAsync();

        Assert.Empty(JsonNode.Parse(document)!["resources"]!.AsArray());
        Assert.Empty(await PreparedAsync(document, prunes: true));
        Assert.True((await Operations.ExportAsync(Me, ["robot"], Cancellation)).Try(out var alone, out _));
        Assert.Empty(JsonNode.Parse(alone)!["resources"]!.AsArray());
    }

    private static async Task<(Fault? First, Fault? Second)> AtOnceAsync(Func<Task<Fault?>> first, Func<Task<Fault?>> second)
    {
        using var barrier = new Barrier(2);
        var both = new[] { first, second }.Select(what => Task.Run(
            () =>
            {
                barrier.SignalAndWait(Cancellation);
                return what();
            },
            Cancellation)).ToArray();
        await Task.WhenAll(both);
        return (await both[0], await both[1]);
    }

    private static Task<Fault?> PruneAsync(PreparedStep step) => ConfigurationOperations.ApplyAsync(Me, [step], (_, _) => { }, Cancellation);

    // What stays: a role that the group is given.
    private async Task ThingsAsync() => Assert.True((await Get<RoleOperations>().CreateAsync(Me, "given", requireMfa: false)).Try(out _, out _));

    private async Task ThingAsync(string section)
    {
        if (await StandsAsync(section))
            await PruneAsync(Assert.Single(await PreparedAsync($$"""{"format":1,"{{section}}":[]}""", prunes: true), step => step.Step.Name is "https://api.example" or "thing"));
        var thing = section switch
        {
            "resources" => """{"identifier":"https://api.example","scopes":["a.read"]}""",
            "roles" => """{"role":"thing"}""",
            "groups" => """{"group":"thing"}""",
            _ => """{"client_id":"thing","redirect_uris":["https://a.example/cb"]}""",
        };
        Assert.Null(await ConfigurationOperations.ApplyAsync(Me, await PreparedAsync($$"""{"format":1,"{{section}}":[{{thing}}]}"""), (_, _) => { }, Cancellation));
    }

    // As another operator would, who has read what stands.
    private async Task<Fault?> ChangeAsync(string section, int round)
    {
        await using var other = _server.Services.CreateAsyncScope();
        var services = other.ServiceProvider;
        switch (section)
        {
            case "resources":
                var resources = services.GetRequiredService<ResourceOperations>();
                if (!(await resources.FindAsync("https://api.example", Cancellation)).Try(out var api, out var fault))
                    return fault;
                return (await resources.ReplaceAsync(Me, api, Protocol.Resources.ResourceMetadata.Of(api) with { Name = $"Api {round}" }, Cancellation)).Try(out _, out fault) ? null : fault;
            case "roles":
                var roles = services.GetRequiredService<RoleOperations>();
                if (!(await roles.FindAsync("thing")).Try(out var role, out fault))
                    return fault;
                return (await roles.UpdateAsync(Me, role, requireMfa: true)).Try(out _, out fault) ? null : fault;
            case "groups":
                return (await services.GetRequiredService<GroupOperations>().GrantRoleAsync(Me, "thing", "given", Cancellation)).Try(out _, out fault) ? null : fault;
            default:
                var clients = services.GetRequiredService<ClientOperations>();
                if (!(await clients.FindAsync("thing", Cancellation)).Try(out var client, out fault))
                    return fault;
                return (await clients.ReplaceAsync(Me, client, Protocol.Clients.ClientMetadata.Of(client) with { ClientName = $"Thing {round}", ResponseTypes = null }, Cancellation)).Try(out _, out fault) ? null : fault;
        }
    }

    private async Task<bool> StandsAsync(string section)
    {
        await using var other = _server.Services.CreateAsyncScope();
        return section switch
        {
            "resources" => await _server.Get<Resources>().FindAsync("https://api.example", Cancellation) is not null,
            "roles" => (await other.ServiceProvider.GetRequiredService<RoleOperations>().FindAsync("thing")).Try(out _, out _),
            "groups" => await _server.Get<Groups>().FindAsync("thing", Cancellation) is not null,
            _ => await _server.Get<Clients>().FindAsync("thing", Cancellation) is not null,
        };
    }

    private T Get<T>()
        where T : notnull => _scope.ServiceProvider.GetRequiredService<T>();

    private async Task<string> ExportAsync()
    {
        Assert.True((await Operations.ExportAsync(Me, Cancellation)).Try(out var document, out _));
        return Encoding.UTF8.GetString(document);
    }

    private async Task<List<PreparedStep>> PreparedAsync(string document, bool prunes = false)
    {
        Assert.True((await Operations.PrepareAsync(Me, Read(document), prunes, Cancellation)).Try(out var steps, out var fault), fault?.ToString());
        return steps!;
    }

    private async Task RenameAsync(string clientId, string name)
    {
        var clients = _server.Get<Clients>();
        Assert.True(await clients.UpdateAsync((await clients.FindAsync(clientId, Cancellation))! with { ClientName = name }, _server.Clock.GetUtcNow(), Cancellation));
    }

    private static WrittenConfiguration Read(string document) =>
        Assert.IsType<Validated<WrittenConfiguration>.Valid>(ConfigurationDocument.Read(Encoding.UTF8.GetBytes(document))).Value;

    private static string Edited(string document, string clientId, string member, string value)
    {
        var edited = JsonNode.Parse(document)!;
        edited["clients"]!.AsArray().Single(client => client!["client_id"]!.GetValue<string>() == clientId)![member] = value;
        return edited.ToJsonString(new() { WriteIndented = true });
    }
}
