using IdentityProvider.Server.Database;

[assembly: AssemblyFixture(typeof(IdentityProvider.Server.Tests.Database.ClusterTemplate))]

namespace IdentityProvider.Server.Tests.Database;

/// <summary>A cluster that was made once and stopped cleanly: a copy of it is ready much sooner than a new one, most of whose time goes into flushing files to the disk.</summary>
public sealed class ClusterTemplate : IAsyncDisposable
{
    private readonly Lazy<Task<ClusterFolder>> _made = new(MakeAsync);

    /// <summary>A folder whose cluster is made and not running.</summary>
    internal async Task<ClusterFolder> CopyAsync()
    {
        var template = await _made.Value;
        var folder = new ClusterFolder();
        var copied = await ShortProcess.RunAsync(["cp", "-a", template.Path, folder.Path], TestContext.Current.CancellationToken);
        Assert.Equal("", copied.Error);
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        if (_made.IsValueCreated)
            await (await _made.Value).DisposeAsync();
    }

    private static async Task<ClusterFolder> MakeAsync()
    {
        var folder = new ClusterFolder();
        await using (await folder.StartAsync(ClusterUser.Command)) { }
        return folder;
    }
}
