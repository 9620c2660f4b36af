using System.Runtime.Versioning;
using IdentityProvider.Server.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace IdentityProvider.Server.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class MasterKeyFileTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    private string KeyFile => _folder.File("keys/master.key");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_development_run_makes_the_file_for_its_owner_alone()
    {
        Load(isDevelopment: true);

        Assert.Equal(Owner, File.GetUnixFileMode(KeyFile));
        Assert.Equal(MasterKey.Length, Convert.FromBase64String(File.ReadAllText(KeyFile).Trim()).Length);
    }

    [Fact]
    public void A_second_run_reads_what_the_first_made() => Assert.Equal(Fingerprint(Load(isDevelopment: true)), Fingerprint(Load(isDevelopment: true)));

    [Fact]
    public async Task Development_runs_that_start_at_once_agree_on_one_key()
    {
        using var barrier = new Barrier(16);
        var loaded = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Factory.StartNew(
            () =>
            {
                barrier.SignalAndWait();
                return Fingerprint(Load(isDevelopment: true));
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

        Assert.Single(loaded.Distinct());
    }

    [Fact]
    public void In_production_its_absence_is_one_clear_line_and_nothing_is_made()
    {
        var e = Assert.Throws<KeyException>(() => Load(isDevelopment: false));

        Assert.Contains(KeyFile, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.False(File.Exists(KeyFile));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("c2hvcnQ=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void A_file_that_is_no_key_is_one_clear_line_and_stays_as_it_is(string content)
    {
        Write(content, Owner);

        var e = Assert.Throws<KeyException>(() => Load(isDevelopment: false));

        Assert.Contains(KeyFile, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Equal(content, File.ReadAllText(KeyFile));
    }

    [Fact]
    public void A_file_that_is_no_key_is_not_replaced_in_development_either()
    {
        Write("c2hvcnQ=\n", Owner);

        Assert.Throws<KeyException>(() => Load(isDevelopment: true));
        Assert.Equal("c2hvcnQ=\n", File.ReadAllText(KeyFile));
    }

    [Theory]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void In_production_a_file_that_strangers_can_read_or_change_is_refused(UnixFileMode more)
    {
        Write(Key(1), Owner | more);

        Assert.Contains("chmod 600", Assert.Throws<KeyException>(() => Load(isDevelopment: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mounted_secret_is_read_through_its_link_and_for_its_group()
    {
        Write(Key(1), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(_folder.File("link"), KeyFile);

        Assert.Equal(Fingerprint(Load(isDevelopment: false)), Fingerprint(MasterKeyFile.Load(_folder.File("link"), false, new Entropy(), NullLogger.Instance)));
    }

    [Fact]
    public void Space_around_the_key_is_no_part_of_it()
    {
        Write(Key(7), Owner);
        var bare = Fingerprint(Load(isDevelopment: false));
        Write(Key(7) + "\r\n", Owner);

        Assert.Equal(bare, Fingerprint(Load(isDevelopment: false)));
    }

    private static string Key(byte fill) => Convert.ToBase64String([.. Enumerable.Repeat(fill, MasterKey.Length)]);

    private static string Fingerprint(MasterKey key) => Convert.ToHexString(key.Derive("test", 16));

    private MasterKey Load(bool isDevelopment) => MasterKeyFile.Load(KeyFile, isDevelopment, new Entropy(), NullLogger.Instance);

    private void Write(string content, UnixFileMode mode)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        File.WriteAllText(KeyFile, content);
        File.SetUnixFileMode(KeyFile, mode);
    }
}
