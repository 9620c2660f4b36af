using System.Globalization;
using IdentityProvider.Protocol.Clients;
using Microsoft.AspNetCore.Components;

namespace IdentityProvider.Server.Pages;

/// <summary>What every page and every part of one has.</summary>
public abstract class IdpPage : ComponentBase
{
    /// <summary>What it says, in the reader's language.</summary>
    [Inject] protected Texts T { get; set; } = null!;

    [Inject] protected Settings Settings { get; set; } = null!;

    /// <summary>A client as the reader is shown it, in their language.</summary>
    protected static Client Shown(Client client) => client.In(CultureInfo.CurrentUICulture.Name);

    /// <summary>An address of our own, also where the issuer has a path.</summary>
    /// <param name="path">From the root of the issuer, with its slash.</param>
    protected string At(string path) => Settings.PathBase + path;
}
