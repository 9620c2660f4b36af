using System.CommandLine;
using IdentityProvider.Server.Admin.Api;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp settings</c>: what is set where the command runs, or with <c>--server</c> what is in force there.</summary>
internal static class SettingsCommand
{
    public static Command Build() => new Command("settings", "What is set, without what is secret: here, where `idp serve` reads it too, or with --server at a server.").Does(
        work => Task.FromResult(work.Output.Show(SettingsDocument.Of(work.Installation.Settings))),
        remote => remote.ShowAsync("/settings"));
}
