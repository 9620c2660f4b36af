using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Commands.Remote;

/// <summary>Clients and APIs that are made and changed by options and files, as here so at a server.</summary>
internal static class RemoteRegistrations
{
    public static Task<int> CreateAsync(RemoteWork work, ClientOptions options, Func<string?> id) => MakeAsync(
        work, "/clients", () => options.ReadAsync(work.Parsed, new ClientMetadata(), work.Cancellation), read => read with { ClientId = id() ?? read.ClientId }, ClientMetadataJson.Default.ClientMetadata);

    public static Task<int> UpdateAsync(RemoteWork work, ClientOptions options) => ChangeAsync(
        work,
        $"/clients/{work.Part("client_id")}",
        // What follows from the grant types is left to follow from the new ones.
        standing => options.ReadAsync(work.Parsed, standing with { ResponseTypes = null }, work.Cancellation),
        ClientMetadataJson.Default.ClientMetadata);

    public static Task<int> CreateAsync(RemoteWork work, ResourceOptions options, Func<string?> identifier) => MakeAsync(
        work, "/resources", () => options.ReadAsync(work.Parsed, new ResourceMetadata(), work.Cancellation), read => read with { Identifier = identifier() ?? read.Identifier }, ResourceMetadataJson.Default.ResourceMetadata);

    public static Task<int> UpdateAsync(RemoteWork work, ResourceOptions options) => ChangeAsync(
        work, $"/resources/{work.Part("identifier")}", standing => options.ReadAsync(work.Parsed, standing, work.Cancellation), ResourceMetadataJson.Default.ResourceMetadata);

    /// <summary>Makes something of what was written, and shows it.</summary>
    public static async Task<int> MakeAsync<T>(RemoteWork work, string path, Validated<T> read, JsonTypeInfo<T> type)
        where T : class => read switch
        {
            Validated<T>.Valid { Value: var written } => await work.MakeAsync(path, Document(written, type)),
            Validated<T>.Invalid { Error: var error } => work.Output.Refuse(error.ToString()),
            _ => throw new InvalidOperationException("closed"),
        };

    private static async Task<int> MakeAsync<T>(RemoteWork work, string path, Func<Task<Validated<T>>> read, Func<T, T> named, JsonTypeInfo<T> type)
        where T : class =>
        await MakeAsync(work, path, await read() switch { Validated<T>.Valid { Value: var written } => Validated.Of(named(written)), var invalid => invalid }, type);

    private static async Task<int> ChangeAsync<T>(RemoteWork work, string path, Func<T, Task<Validated<T>>> read, JsonTypeInfo<T> type)
        where T : class
    {
        var (standing, version) = await work.Api.ReadAsync(path, work.Cancellation);
        var given = await read(standing.Deserialize(type)!);
        if (given is Validated<T>.Invalid { Error: var error })
            return work.Output.Refuse(error.ToString());
        var written = Document(((Validated<T>.Valid)given).Value, type);
        return work.Output.Show((await work.Api.SendAsync(HttpMethod.Put, path, written, version, work.Cancellation)).Document);
    }

    /// <summary>As it is sent.</summary>
    public static JsonObject Document<T>(T written, JsonTypeInfo<T> type) => JsonSerializer.SerializeToNode(written, type)!.AsObject();
}
