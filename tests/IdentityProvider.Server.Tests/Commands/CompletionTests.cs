using System.Diagnostics;
using IdentityProvider.Server.Commands;

namespace IdentityProvider.Server.Tests.Commands;

/// <summary><c>idp completion</c>: what may stand next, and the scripts in real shells, as far as they are there.</summary>
public sealed class CompletionTests
{
    [Theory]
    [InlineData("idp keys ", "list", "revoke", "rotate")]
    [InlineData("idp clients r", "rotate-secret")]
    [InlineData("  ./idp   keys   ro", "rotate")]
    [InlineData("idp resources create --revocation ", "expiry", "introspection", "status_list")]
    [InlineData("idp resources create --revocation in", "introspection")]
    [InlineData("idp outbox list --state g", "given_up")]
    [InlineData("idp completion ", "bash", "fish", "pwsh", "zsh")]
    [InlineData("idp clients rotate-secret shop --re", "--revoke-old")]
    [InlineData("idp clients create --grant authorization_code --grant urn:openid", "urn:openid:params:grant-type:ciba")]
    public void Says_what_may_stand_next(string line, params string[] words) => Assert.Equal(words, CompletionCommands.Of(line));

    [Theory]
    [InlineData("")]
    [InlineData("idp")]
    [InlineData("idp frobnicate x")]
    [InlineData("idp clients create --file ")]
    [InlineData("idp clients create --name ")]
    public void Says_nothing_where_nothing_is_known(string line) => Assert.Empty(CompletionCommands.Of(line));

    [Fact]
    public void Offers_every_noun_and_no_hidden_word()
    {
        var offered = CompletionCommands.Of("idp ");

        Assert.Equal(Root.Build().Subcommands.Where(c => !c.Hidden).Select(c => c.Name).Order(StringComparer.Ordinal), offered);
        Assert.DoesNotContain("complete", offered);
    }

    [Theory]
    [InlineData("idp keys r", "revoke", "rotate")]
    [InlineData("idp clients create --auth-method client_secret_p", "client_secret_post")]
    [InlineData("idp clients create --grant urn:openid:params:g", "grant-type:ciba")] // bash takes the word apart at each colon, and puts the last part only
    public async Task The_script_for_bash_offers_it_in_bash(string line, params string[] words)
    {
        const string asks = """
            idp() { "$DOTNET" "$IDP" "$@"; }
            eval "$(idp completion bash)"
            COMP_LINE=$1 COMP_POINT=${#1}
            last=${1##*[[:space:]:]}
            complete -p idp >/dev/null && _idp idp "$last" before && printf '%s\n' "${COMPREPLY[@]}"
            """;
        Assert.Equal(words, await OfferedAsync("bash", ["--norc", "--noprofile", "-c", asks, "bash", line]));
    }

    // As the line editor would ask the script, which puts in what it is given.
    [Theory]
    [InlineData("idp keys r", "revoke", "rotate")]
    [InlineData("idp keys ", "list", "revoke", "rotate")]
    [InlineData("idp clients create --grant urn:openid:params:g", "urn:openid:params:grant-type:ciba")]
    [InlineData("idp clients create --file /etc/hostn", "a file")]
    public async Task The_script_for_zsh_offers_it_in_zsh(string line, params string[] words)
    {
        const string asks = """
            idp() { "$DOTNET" "$IDP" "$@" }
            compdef() { : }
            compadd() { shift; print -l -- "$@" }
            _files() { print "a file" }
            eval "$(idp completion zsh)"
            words=(${(z)1}); [[ $1 == *' ' ]] && words+=('')
            CURRENT=$#words PREFIX=$words[-1]
            _idp
            """;
        Assert.Equal(words, await OfferedAsync("zsh", ["-f", "-c", asks, "zsh", line]));
    }

    [Theory]
    [InlineData("idp keys r", "revoke", "rotate")]
    [InlineData("idp clients create --grant urn:openid:params:g", "urn:openid:params:grant-type:ciba")]
    [InlineData("idp clients create --file /etc/passw", "/etc/passwd")]
    public async Task The_script_for_fish_offers_it_in_fish(string line, params string[] words)
    {
        const string asks = """
            function idp; $DOTNET $IDP $argv; end
            idp completion fish | source
            complete -C $argv[1]
            """;
        Assert.Superset(words.ToHashSet(), (await OfferedAsync("fish", ["--no-config", "-c", asks, line])).Select(offered => offered.Split('\t')[0]).ToHashSet());
    }

    private static async Task<IReadOnlyList<string>> OfferedAsync(string shell, string[] arguments)
    {
        Assert.SkipUnless(System.IO.File.Exists($"/usr/bin/{shell}") || System.IO.File.Exists($"/bin/{shell}"), $"There is no {shell} here.");
        var start = new ProcessStartInfo(shell, arguments) { RedirectStandardOutput = true };
        start.Environment["DOTNET"] = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet";
        start.Environment["IDP"] = Path.Combine(AppContext.BaseDirectory, "idp.dll");
        using var process = Process.Start(start)!;
        var offered = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return offered.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
