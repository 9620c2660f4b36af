using System.Text.Json;
using IdentityProvider.Protocol.Registration;
using IdentityProvider.Protocol.Upstream;
using static System.Net.Http.HttpMethod;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>Upstreams and policies of registration, which are made by options and files, as here so at a server.</summary>
internal static class RemoteFederation
{
    public static async Task<int> CreateAsync(RemoteWork work, UpstreamOptions options) =>
        await options.ReadAsync(work.Parsed, work.Output, new UpstreamMetadata(), work.Cancellation) is { } read
            ? await work.MakeAsync("/upstreams", RemoteRegistrations.Document(read, UpstreamMetadataJson.Default.UpstreamMetadata))
            : Output.Refused;

    public static async Task<int> UpdateAsync(RemoteWork work, UpstreamOptions options)
    {
        var path = $"/upstreams/{work.Part("name")}";
        var (document, version) = await work.Api.ReadAsync(path, work.Cancellation);
        var standing = document.Deserialize(UpstreamMetadataJson.Default.UpstreamMetadata)!;
        if (await options.ReadAsync(work.Parsed, work.Output, standing, work.Cancellation) is not { } read)
            return Output.Refused;

        // Name and issuer of a file are not looked at: they never change.
        var written = RemoteRegistrations.Document(read with { Name = standing.Name, Issuer = standing.Issuer }, UpstreamMetadataJson.Default.UpstreamMetadata);
        return work.Output.Show((await work.Api.SendAsync(Put, path, written, version, work.Cancellation)).Document);
    }

    public static Task<int> CreateAsync(RemoteWork work, RegistrationPolicyMetadata policy, string kind, TimeSpan? lasts)
    {
        var body = RemoteRegistrations.Document(policy, RegistrationPolicyJson.Default.RegistrationPolicyMetadata);
        body["for"] = kind;
        if (lasts is { } length)
            body["expires_in"] = (long)length.TotalSeconds;
        return work.MakeAsync("/registration-policies", body);
    }

    public static async Task<int> DeleteClientAsync(RemoteWork work)
    {
        var clientId = work.Text("client_id")!;
        var path = $"/clients/{work.Part("client_id")}";
        if (!ClientDocumentRules.IsAddress(clientId))
            return await work.DoAsync(Delete, path, $"Deleted {clientId}.", new() { ["client_id"] = clientId, ["deleted"] = true });

        // The address of a document can be denied before it ever was a client.
        var wasThere = await work.Api.HasAsync(path, work.Cancellation);
        await work.Api.SendAsync(Delete, path, null, null, work.Cancellation);
        return DeniedClientCommands.ShowDenied(work.Output, clientId, wasThere);
    }
}
