using IdentityProvider.Server.Commands;
using IdentityProvider.Server.Tests.Admin.Console;
using IdentityProvider.Server.Tests.Commands;
using IdentityProvider.Server.Tests.Pages;
using Npgsql;

namespace IdentityProvider.Server.Tests.Admin.Faces;

/// <summary>One server, and its three faces: commands on its database, the Admin API by its document, and somebody at the console.</summary>
public sealed class ThreeFaces : IAsyncLifetime
{
    private Administrators _all = null!;
    private NpgsqlDataSource _database = null!;
    private IReadOnlyDictionary<string, string[]> _keys = null!;

    public TestServer Server => _all.Server;

    internal DocumentClient Api { get; private set; } = null!;

    internal Operator Person { get; private set; } = null!;

    internal string Folder { get; } = Directory.CreateTempSubdirectory("idp-faces-").FullName;

    internal Face Command { get; private set; } = null!;

    internal Face ByApi { get; private set; } = null!;

    internal Face Console { get; private set; } = null!;

    /// <summary>Somebody who looks, once there is something to look at.</summary>
    internal Face? Reader { get; set; }

    internal IReadOnlyList<Face> All => [Command, ByApi, Console];

    public async ValueTask InitializeAsync()
    {
        _all = await Administrators.StartAsync(settings => settings with { Accounts = new() { Registration = AccountRegistration.Open }, Throttling = new() { Enabled = false } });
        _database = NpgsqlDataSource.Create(Server.ConnectionString);
        _keys = await StoredRows.KeysAsync(_database);
        Api = await _all.ByDocumentAsync(await _all.TokenAsync());
        Person = new Operator(Server, await Server.AddPersonAsync());
        await ConsoleServer.GiveAsync(Server, Person.Username, "admin");
        await Person.SignInAsync(await Person.OpenAsync("/admin"));
        (Command, ByApi, Console) = (new Face(this, "viacommand"), new Face(this, "viaapi"), new Face(this, "viaconsole"));
    }

    public async ValueTask DisposeAsync()
    {
        Person.Dispose();
        await _database.DisposeAsync();
        await _all.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    internal async Task RenewTokenAsync() => Api = Api.With(await _all.TokenAsync());

    /// <summary>What is stored now.</summary>
    internal Task<StoredRows> StoredAsync() => StoredRows.ReadAsync(_database, _keys);

    /// <summary>A command, in this process and by the server's clock: its words, its checks and its work are the real ones, on an installation of its own.</summary>
    internal async Task<CommandRun> RunAsync(params string[] words)
    {
        var parsed = Root.Read([.. words, "--json"]);
        Assert.True(parsed.Errors.Count == 0, $"{string.Join(' ', words)}: {string.Join(' ', parsed.Errors)}");
        await using var installation = Installation.On(Server.Get<Settings>(), Server.ConnectionString, Server.Clock);
        using StringWriter results = new(), remarks = new();
        Assert.True(Root.Works.TryGetValue(parsed.CommandResult.Command, out var work), string.Join(' ', words));
        var code = await work(new Work(parsed, installation, new Output(results, remarks, isJson: true), TestContext.Current.CancellationToken));
        return new CommandRun(code, results.ToString(), remarks.ToString());
    }
}
