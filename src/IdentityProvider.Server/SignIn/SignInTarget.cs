using System.Security.Cryptography;
using System.Text;
using IdentityProvider.Server.Endpoints.Authorize;
using IdentityProvider.Server.Pages;

namespace IdentityProvider.Server.SignIn;

/// <summary>
/// Where a sign-in leads back to: an app's request that is under way, a page of ours, or home. It travels through every page of the sign-in as
/// a query or as hidden fields (<see cref="Pages.SignInFields"/>), and is never an address, so that nobody can be led anywhere else.
/// </summary>
public sealed class SignInTarget
{
    /// <summary>The parameter that holds a resume token.</summary>
    public const string ResumeParameter = "resume";

    private SignInTarget()
    {
    }

    /// <summary>Home.</summary>
    public static SignInTarget Home { get; } = new();

    /// <summary>The request's token (<see cref="Pages.Resume"/>); null for a page of ours.</summary>
    public string? Resume { get; private init; }

    /// <summary>A page of ours; null for a request, and for home.</summary>
    public OwnPage? Page { get; private init; }

    /// <summary>What was entered on that page before.</summary>
    public string? Entered { get; private init; }

    /// <summary>The request, as the rules see it now.</summary>
    internal PendingAuthorization? Pending { get; private init; }

    /// <summary>The same as parameters, by name.</summary>
    public IReadOnlyList<(string Name, string Value)> Fields =>
        Resume is { } resume ? [(ResumeParameter, resume)]
        : Page is not { } page ? []
        : Entered is { } entered ? [(OwnPage.Parameter, page.Name), (OwnPage.EnteredParameter, entered)]
        : [(OwnPage.Parameter, page.Name)];

    /// <summary>Leads back to a page of ours.</summary>
    public static SignInTarget Of(OwnPage page, string? entered = null) => new() { Page = page, Entered = entered };

    /// <summary>A path of ours with this target in its query.</summary>
    public string QueryOf(string path) =>
        Fields.Count == 0 ? path : $"{path}?{string.Join('&', Fields.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}"))}";

    internal static SignInTarget Of(string resume, PendingAuthorization pending) => new() { Resume = resume, Pending = pending };

    /// <summary>Tells one target from another.</summary>
    internal string Mark() => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(QueryOf(""))));
}
