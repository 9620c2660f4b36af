using System.CommandLine;

namespace IdentityProvider.Server.Commands;

/// <summary><c>idp serve</c>.</summary>
internal static class ServeCommand
{
    public static Command Build()
    {
        var serve = new Command("serve", "Run the server until it is told to stop (Ctrl-C, SIGTERM).");
        serve.SetAction(async (_, cancellation) =>
        {
            await Hosting.ServeAsync(Installation.ReadSettings(), cancellation);
            return Output.Done;
        });
        return serve;
    }
}
