using IdentityProvider.Protocol.Sessions;
using IdentityProvider.Protocol.SignIn;
using IdentityProvider.Protocol.Tokens;
using IdentityProvider.Storage;

namespace IdentityProvider.Server.Pages.Account;

/// <summary>What lies in the database about a person, kind by kind. Every list is bounded, far beyond what a person has.</summary>
internal sealed class HeldOnPerson(IServiceProvider services)
{
    private const int Most = 1000;
    private const int MostLines = 10_000;

    public async Task<IReadOnlyList<string>> GroupsAsync(Guid userId, CancellationToken cancellation) => await Get<Storage.Users>().FindGroupsAsync(userId, cancellation) ?? [];

    public Task<IReadOnlyList<Passkey>> PasskeysAsync(Guid userId, CancellationToken cancellation) => Get<Passkeys>().ListAsync(userId, cancellation);

    public Task<IReadOnlyList<KnownBrowser>> BrowsersAsync(Guid userId, CancellationToken cancellation) => Get<KnownBrowsers>().ListAsync(userId, Most, cancellation);

    public Task<IReadOnlyList<Session>> SessionsAsync(Guid userId, CancellationToken cancellation) =>
        Get<Storage.Sessions>().ListAsync(userId, alsoEnded: true, Most, cancellation);

    public Task<IReadOnlyList<Grant>> GrantsAsync(Guid userId, CancellationToken cancellation) => Get<Grants>().ListAsync(userId, Most, cancellation);

    public Task<IReadOnlyList<TokenFamily>> FamiliesAsync(Guid userId, DateTimeOffset now, CancellationToken cancellation) =>
        Get<TokenFamilies>().ListAsync(userId, now, Most, cancellation);

    public Task<IReadOnlyList<SignInEvent>> HistoryAsync(Guid userId, DateTimeOffset now, CancellationToken cancellation) =>
        Get<SignInEvents>().ListAsync(userId, now, MostLines, cancellation);

    public Task<IReadOnlyList<OutboxMessage>> MailsAsync(Guid userId, CancellationToken cancellation) => Get<Outbox>().ListMailsAsync(userId, Most, cancellation);

    private T Get<T>()
        where T : notnull => services.GetRequiredService<T>();
}
