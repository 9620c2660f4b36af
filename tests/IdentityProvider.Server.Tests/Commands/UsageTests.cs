namespace IdentityProvider.Server.Tests.Commands;

/// <summary>How commands end that never come to their work.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly CommandLine _idp = CommandLine.On("Host=/nonexistent");

    public void Dispose() => _idp.Dispose();

    [Fact]
    public async Task No_word_at_all_prints_what_there_is()
    {
        var run = await _idp.RunAsync([]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(["serve", "clients", "resources", "authorization-details-types", "users", "sessions", "keys", "database", "advise"], noun => Assert.Contains($"\n  {noun} ", run.StandardOutput, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("clients")]
    [InlineData("clients", "create", "--secret", "chosen")]
    [InlineData("clients", "update", "app")]
    [InlineData("clients", "rotate-secret", "app", "--keep-old", "1 week")]
    [InlineData("users", "create", "--username", "alice", "--password", "-", "--claims", "-")]
    [InlineData("sessions", "list")]
    [InlineData("sessions", "end")]
    [InlineData("sessions", "end", "22222222222242228222222222222222", "--user", "alice")]
    public async Task Wrong_usage_ends_with_2_and_says_where_help_is(params string[] words)
    {
        var run = await _idp.RunAsync(words);

        Assert.Equal((2, ""), (run.ExitCode, run.StandardOutput));
        Assert.EndsWith("--help` says what it takes.\n", run.StandardError, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_setting_is_one_line_that_names_it()
    {
        using var idp = _idp.With("Idp__Issuer", "http://login.example.com");

        Assert.StartsWith("Idp:Issuer must be https", (await idp.RunAsync(["keys", "list", "--json"])).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_is_not_there_is_one_line() =>
        Assert.StartsWith("the database: ", (await _idp.RunAsync(["users", "list", "--json"])).Refusal, StringComparison.Ordinal);

    [Fact]
    public async Task The_script_needs_no_database() =>
        Assert.Contains("CREATE TABLE \"Clients\"", (await _idp.DoneAsync(["database", "script"]))["sql"]!.GetValue<string>(), StringComparison.Ordinal);
}
