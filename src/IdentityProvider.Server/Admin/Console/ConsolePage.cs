using IdentityProvider.Protocol.Admin;
using IdentityProvider.Server.Pages;
using Microsoft.AspNetCore.Components;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>What every page of the console has, and every part of one.</summary>
public abstract class ConsolePage : IdpPage
{
    [CascadingParameter] private HttpContext Http { get; set; } = null!;

    /// <summary>What is asked, and by whom.</summary>
    internal ConsoleRequest Asked => ConsoleRequest.Of(Http);

    /// <summary>An address of the console: the parts of its path, each of which may hold anything.</summary>
    protected string Admin(params string[] parts) =>
        At(string.Join('/', [BuiltInClients.ConsolePath, .. (parts ?? []).Select(Uri.EscapeDataString)]));

    /// <summary>Whether the person may see that area, or change it: what they may not is not offered.</summary>
    protected bool May(AdminArea area, bool writes = false) => Asked.May(area, writes);

    /// <summary>Whether the person may change everything.</summary>
    protected bool MayAll => Asked.Actor.Authority.IsFull;
}
