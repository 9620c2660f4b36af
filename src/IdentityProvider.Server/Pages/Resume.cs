using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Server.Keys;
using Microsoft.AspNetCore.DataProtection;

namespace IdentityProvider.Server.Pages;

/// <summary>
/// The token that carries an authorization request through our pages: the request as it came and what the pages noted since, sealed under the
/// master key. It says nothing of who is signed in and gives nothing: it leads back to <c>/authorize</c>, which decides everything again.
/// </summary>
internal sealed class Resume(IDataProtectionProvider protection, TimeProvider clock)
{
    /// <summary>How long a person may take, from the request's arrival.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    // It is sealed, never HTML, and should fit into a URL: what needs no escaping in JSON gets none.
    private static readonly JsonSerializerOptions Short = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TokenSeal _seal = new(protection, "resume");

    /// <summary>The address at which the request goes on.</summary>
    public string AuthorizePath(Parameters request, AuthorizationProgress progress) => "/authorize?resume=" + Seal(request, progress);

    public string Seal(Parameters request, AuthorizationProgress progress) => _seal.Seal(new Content(request.ToQuery(), progress), Short);

    /// <summary>What a token carries, or null where it isn't one of ours or is too old.</summary>
    public (Parameters Request, AuthorizationProgress Progress)? Open(string? token) =>
        _seal.Open<Content>(token) is { } content
        && clock.GetUtcNow() - content.Progress.StartedAt < Lifetime
        && Parameters.Parse(Encoding.UTF8.GetBytes(content.Request)).Try(out var request, out _)
            ? (request, content.Progress)
            : null;

    private sealed record Content(string Request, AuthorizationProgress Progress);
}
