using System.Globalization;
using IdentityProvider.Protocol.Admin;
using IdentityProvider.Protocol.Registration;

namespace IdentityProvider.Server.Admin.Console;

/// <summary><c>/admin/registration-policies</c>: what clients that register themselves may have, and the initial access tokens for it, each told once.</summary>
internal static class RegistrationConsole
{
    public static IEnumerable<ConsoleRoute> Routes =>
    [
        ConsoleRoute.Page("/registration-policies", AdminArea.Registration, ListAsync),
        ConsoleRoute.Ask("/registration-policies/-/new", AdminArea.Registration, request => AskAsync(request, fault: null)),
        ConsoleRoute.Form("/registration-policies/-/new", AdminArea.Registration, CreateAsync),
        ConsoleRoute.Page("/registration-policies/{policy_id}", AdminArea.Registration, request => OfPolicyAsync(request, policy => ShowAsync(request, policy, token: null))),
        ConsoleRoute.Ask("/registration-policies/{policy_id}/revoke", AdminArea.Registration, request => OfPolicyAsync(request, policy => RevocationOf(policy).AskAsync(request))),
        ConsoleRoute.Form("/registration-policies/{policy_id}/revoke", AdminArea.Registration, request => OfPolicyAsync(request, policy => RevocationOf(policy).AnswerAsync(
            request, () => request.Get<RegistrationPolicyOperations>().RevokeAsync(request.Actor, request.Named("policy_id"), request.Cancellation), null, _ => $"Nothing more can be registered by {policy.Name}."))),
    ];

    /// <summary>Where one policy stands, below <c>/admin</c>.</summary>
    public static string PathOf(RegistrationPolicy policy) => ConsolePaths.Of("registration-policies", policy.PolicyId.ToString("D"));

    private static async Task ListAsync(ConsoleRequest request) => await request.ShowAsync<RegistrationPage>(
        new RegistrationPage.RegistrationModel(await request.Get<RegistrationPolicyOperations>().ListAsync(request.Cancellation), request.Now));

    private static Task ShowAsync(ConsoleRequest request, RegistrationPolicy policy, string? token) =>
        request.ShowAsync<RegistrationPolicyPage>(new RegistrationPolicyPage.RegistrationPolicyModel(policy, token, request.Now));

    private static Task AskAsync(ConsoleRequest request, Fault? fault) => request.ShowAsync<NewRegistrationPolicyPage>(new object(), fault);

    private static async Task CreateAsync(ConsoleRequest request)
    {
        if (!Read(request).Try(out var asked, out var fault)
            || !(await request.Get<RegistrationPolicyOperations>().CreateAsync(request.Actor, request["for"] ?? "", asked.Metadata, asked.Lasts, request.Cancellation)).Try(out var made, out fault))
            await AskAsync(request, fault);
        else if (made.Token is { } token)
            await ShowAsync(request, made.Policy, token);
        else
            await request.DoneAsync(PathOf(made.Policy), "That holds from now on for what needs no token.");
    }

    // What is left empty has the policy's default.
    private static Operated<Asked> Read(ConsoleRequest request)
    {
        int? most = null;
        if (request["max_clients"] is { } written)
        {
            if (!int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return Fault.Refused("max_clients", "must be a number");
            most = number;
        }

        TimeSpan? lasts = null;
        if (request["expires_in"] is { } days)
        {
            if (!NewRegistrationPolicyPage.Ends.Any(end => end.Days == days))
                return Fault.Refused("expires_in", "is none of those that can be chosen");
            lasts = TimeSpan.FromDays(int.Parse(days, CultureInfo.InvariantCulture));
        }

        return new Asked(
            new RegistrationPolicyMetadata
            {
                Name = request["name"],
                Scope = request["scope"],
                Resources = ListOrNull(request["resources"]),
                GrantTypes = ListOrNull(request["grant_types"]),
                RedirectHosts = ListOrNull(request["redirect_hosts"]),
                MaxClients = most,
                RequireSoftwareStatement = request["require_software_statement"] == "true",
                SoftwareStatementIssuer = request["software_statement_issuer"],
                SoftwareStatementJwksUri = request["software_statement_jwks_uri"],
                RequirePkce = request["require_pkce"] == "true",
            },
            lasts);
    }

    private static IReadOnlyList<string>? ListOrNull(string? text) => ClientForms.Lines(text) is { Count: > 0 } lines ? lines : null;

    private static Confirmation RevocationOf(RegistrationPolicy policy) => new(
        $"Revoke {policy.Name}",
        $"Nothing more can be registered by it. What was registered stays: {policy.ClientCount.ToString(CultureInfo.InvariantCulture)} now.",
        [],
        PathOf(policy) + "/revoke",
        "Revoke it",
        PathOf(policy));

    private static Task OfPolicyAsync(ConsoleRequest request, Func<RegistrationPolicy, Task> work) =>
        request.WithAsync(request.Get<RegistrationPolicyOperations>().FindAsync(request.Named("policy_id"), request.Cancellation), work);

    private sealed record Asked(RegistrationPolicyMetadata Metadata, TimeSpan? Lasts);
}
