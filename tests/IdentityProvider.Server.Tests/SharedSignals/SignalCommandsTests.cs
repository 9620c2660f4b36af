using IdentityProvider.Server.Tests.Audit;
using IdentityProvider.Server.Tests.Commands;

namespace IdentityProvider.Server.Tests.SharedSignals;

/// <summary><c>idp signals streams</c>: what an operator sees of streams, and an end of one.</summary>
public sealed class SignalCommandsTests
{
    [Fact]
    public async Task An_operator_sees_streams_and_ends_one()
    {
        await using var receiver = await Receiver.StartAsync();
        var (one, other) = (await receiver.CreateAsync(new Uri("https://receiver.example/events"), "Bearer s3cret"), await receiver.CreateAsync());
        await receiver.DoneAsync(HttpMethod.Post, "/ssf/verification", $$"""{"stream_id":"{{other}}"}""");
        using var idp = CommandLine.On(receiver.Server.ConnectionString);

        var listed = (await idp.DoneAsync(["signals", "streams", "list"])).AsArray();
        Assert.Equal(new[] { one, other }.Order(StringComparer.Ordinal), listed.Select(stream => (string)stream!["stream_id"]!).Order(StringComparer.Ordinal));
        Assert.Empty((await idp.DoneAsync(["signals", "streams", "list", "--client", "nobody"])).AsArray());
        var shown = await idp.DoneAsync(["signals", "streams", "show", one]);
        Assert.DoesNotContain("s3cret", shown.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal((true, "push", "enabled"), ((bool)shown["has_authorization_header"]!, (string)shown["delivery"]!, (string)shown["status"]!));

        Assert.Equal(1, (int)(await idp.DoneAsync(["signals", "streams", "delete", other, "--dry-run"]))["affects"]!["events"]!);
        await idp.DoneAsync(["signals", "streams", "delete", other]);
        Assert.Equal(1, (await idp.RunAsync(["signals", "streams", "show", other])).ExitCode);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await receiver.SendAsync(HttpMethod.Get, "/ssf/streams?stream_id=" + other)).Status);
        Assert.Contains(await receiver.Server.AuditAsync(), line => line.Action == "signal_stream.deleted" && line.Target.Id == other && line.Actor.Kind == Protocol.Audit.AuditActorKind.Command);
    }
}
