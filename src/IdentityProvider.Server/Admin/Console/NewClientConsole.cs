using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Advice;
using IdentityProvider.Protocol.Clients;
using IdentityProvider.Protocol.Integration;
using IdentityProvider.Protocol.Resources;

namespace IdentityProvider.Server.Admin.Console;

/// <summary>
/// Guided registration: the four questions of docs/choosing.md, settings that follow from the answers, to be looked at and completed, and in the end the secret
/// and what the partner copies.
/// </summary>
internal static class NewClientConsole
{
    /// <summary>As many APIs as a list to choose from can hold.</summary>
    private const int MostApis = 200;

    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Ask("/clients/-/new", AdminArea.Clients, AskAsync),
        ConsoleRoute.Form("/clients/-/new", AdminArea.Clients, ProposeAsync),
        ConsoleRoute.Form("/clients", AdminArea.Clients, RegisterAsync),
    ];

    private static Task AskAsync(ConsoleRequest request) => AskAsync(request, null);

    private static async Task AskAsync(ConsoleRequest request, Fault? fault)
    {
        var apis = await request.Get<ResourceOperations>().ListAsync(null, MostApis, request.Cancellation);
        await request.ShowAsync<NewClientPage>(new NewClientPage.QuestionsModel([.. apis.Select(api => (api.Identifier, $"{api.Name} ({api.Identifier})"))]), fault);
    }

    private static async Task ProposeAsync(ConsoleRequest request)
    {
        if (!(await AnswersAsync(request)).Try(out var answers, out var fault))
            await AskAsync(request, fault);
        else
            await ShowAsync(request, answers, MetadataOf(answers) with { ClientId = request.Get<Entropy>().NewId().ToString("N") }, null);
    }

    private static Task ShowAsync(ConsoleRequest request, NewClientAnswers answers, ClientMetadata metadata, Fault? fault) =>
        request.ShowAsync<ProposedClientPage>(new ProposedClientPage.ProposalModel(answers, metadata), fault);

    private static async Task RegisterAsync(ConsoleRequest request)
    {
        if (!(await AnswersAsync(request)).Try(out var answers, out var fault))
        {
            await request.RefuseAsync(fault);
            return;
        }

        // The identifier was made with the proposal: who sends it twice registers one client.
        var proposed = MetadataOf(answers);
        var metadata = ClientForms.Read(request, proposed) with { ClientId = request["client_id"] };
        var (clients, resources) = (request.Get<ClientOperations>(), request.Get<ResourceOperations>());

        // Everything is judged before the first of two is made.
        Resource? api = null;
        if (answers.NewApi is { } wanted && (!request.May(AdminArea.Resources, writes: true) || !resources.Judge(wanted).Try(out api, out fault)))
        {
            await ShowAsync(request, answers, metadata, fault ?? Fault.Forbidden("identifier", "your role doesn't register APIs"));
            return;
        }

        var known = await resources.FindKnownAsync(ClientMetadataRules.ResourcesNamed(metadata), request.Cancellation);
        var judged = clients.Judge(request.Actor, metadata, standing: null, api is null ? known : [.. known, api]);
        if (!judged.Try(out _, out fault)
            || (answers.NewApi is not null && !(await resources.CreateAsync(request.Actor, answers.NewApi, request.Cancellation)).Try(out _, out fault)))
        {
            await ShowAsync(request, answers, metadata, fault);
            return;
        }

        var operated = await clients.CreateAsync(request.Actor, metadata, request.Cancellation);
        if (!operated.Try(out var made, out fault))
        {
            await ShowAsync(request, answers, metadata, fault);
            return;
        }

        var snippets = await request.Get<SnippetOperations>().WriteAllAsync(made.Client, request.Cancellation);
        await request.ShowAsync<RegisteredClientPage>(new RegisteredClientPage.RegisteredModel(made.Client, made.Secret, operated.Warnings, snippets, answers.Platform));
    }

    // What the four questions, and the few around them, were answered.
    private static async Task<Operated<NewClientAnswers>> AnswersAsync(ConsoleRequest request)
    {
        if (AdviceWords.Read<RevocationNeed>(request["revocation"] ?? "") is not { } revocation)
            return Fault.Refused("revocation", "is not answered");
        if (AdviceWords.Read<VerifierCount>(request["verifiers"] ?? "") is not { } verifiers)
            return Fault.Refused("verifiers", "is not answered");
        if (AdviceWords.Read<ClientKind>(request["clients"] ?? "") is not { } kind)
            return Fault.Refused("clients", "is not answered");
        if (AdviceWords.Read<PermissionChange>(request["permissions"] ?? "") is not { } permissions)
            return Fault.Refused("permissions", "is not answered");
        var platform = Platforms.Read(request["platform"]);
        var needs = new Needs(revocation, verifiers, [kind], permissions);
        if (request["identifier"] is { } identifier)
        {
            var advice = AdviceRules.Decide(needs, identifier, [.. (request["scopes"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            return request.Get<ResourceOperations>().Judge(advice.Resource).Try(out var api, out var wrong)
                ? new NewClientAnswers(needs, kind, platform, advice, api, advice.Resource)
                : wrong;
        }

        if (request["resource"] is not { } named)
            return new NewClientAnswers(needs, kind, platform, AdviceRules.Decide(needs, "https://api.example.com", []), null, null);
        return (await request.Get<ResourceOperations>().FindAsync(named, request.Cancellation)).Try(out var known, out var fault)
            ? new NewClientAnswers(needs, kind, platform, AdviceRules.Decide(needs, named, [.. known.ScopeNames]), known, null)
            : fault;
    }

    // The advice's own registration, without the addresses of its examples; and without an API where there is none.
    private static ClientMetadata MetadataOf(NewClientAnswers answers)
    {
        var metadata = answers.Client.Metadata;
        var signsIn = answers.Kind != ClientKind.Service;
        return metadata with
        {
            ClientName = null,
            RedirectUris = answers.Kind == ClientKind.Native ? metadata.RedirectUris : [],
            PostLogoutRedirectUris = [],
            AllowedOrigins = [],
            BackchannelLogoutUri = null,
            BackchannelLogoutSessionRequired = null,
            Resources = answers.Api is null ? [] : [answers.Api.Identifier],
            Scope = answers.Api is { } api
                ? string.Join(' ', [.. signsIn ? (string[])["openid", "profile", "email"] : [], .. api.ScopeNames])
                : signsIn ? "openid profile email" : "",
            TokenEndpointAuthMethod = signsIn && answers.Platform == Platform.AspNetCore && metadata.TokenEndpointAuthMethod == "client_secret_basic" ? "client_secret_post" : metadata.TokenEndpointAuthMethod,
            RequireConsent = true,
            RequirePkce = true,
        };
    }
}

/// <summary>The answers, and what follows from them.</summary>
/// <param name="Needs">To the four questions.</param>
/// <param name="Kind">The one kind of client that is registered.</param>
/// <param name="Platform">What its partner builds with; null where that was left open.</param>
/// <param name="Advice">What follows.</param>
/// <param name="Api">The API that it calls; null for none.</param>
/// <param name="NewApi">That API, where it is to be registered along with the client.</param>
public sealed record NewClientAnswers(Needs Needs, ClientKind Kind, Platform? Platform, TokenAdvice Advice, Resource? Api, ResourceMetadata? NewApi)
{
    /// <summary>How this kind of client is built.</summary>
    public ClientAdvice Client => Advice.Clients[0];
}
