using IdentityProvider.Protocol;
using IdentityProvider.Protocol.Accounts;
using IdentityProvider.Protocol.Decoupled;
using IdentityProvider.Protocol.Tokens;

namespace IdentityProvider.Server.Telemetry;

/// <summary>Every log message of the server, in one file: one section per area, one range of event ids per section. No secret, token, code or password is ever an argument.</summary>
internal static partial class Log
{
    // Database: 1000 to 1099

    [LoggerMessage(1000, LogLevel.Information, "Embedded PostgreSQL {Version} runs in {Directory} (process {ProcessId})")]
    public static partial void PostgresStarted(ILogger logger, string version, string directory, int processId);

    [LoggerMessage(1001, LogLevel.Information, "Took over the embedded PostgreSQL that already runs in {Directory} (process {ProcessId})")]
    public static partial void PostgresAdopted(ILogger logger, string directory, int processId);

    [LoggerMessage(1002, LogLevel.Information, "The embedded PostgreSQL in {Directory} has stopped")]
    public static partial void PostgresStopped(ILogger logger, string directory);

    [LoggerMessage(1003, LogLevel.Information, "Making a new database cluster in {Directory}")]
    public static partial void PostgresClusterMade(ILogger logger, string directory);

    [LoggerMessage(1004, LogLevel.Information, "{Directory} can't be reached by the unprivileged account {Account} that PostgreSQL runs as: the database lies in {Place}")]
    public static partial void PostgresRelocated(ILogger logger, string directory, string account, string place);

    [LoggerMessage(1005, LogLevel.Error, "The embedded PostgreSQL in {Directory} (process {ProcessId}) died; starting it again")]
    public static partial void PostgresDied(ILogger logger, string directory, int processId);

    [LoggerMessage(1006, LogLevel.Error, "The embedded PostgreSQL could not be started again (attempt {Attempt}, the next in {Delay}): {Reason}")]
    public static partial void PostgresRestartFailed(ILogger logger, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(1007, LogLevel.Warning, "The embedded PostgreSQL in {Directory} (process {ProcessId}) did not stop within {Limit}; it is left to finish")]
    public static partial void PostgresStopTimedOut(ILogger logger, string directory, int processId, TimeSpan limit);

    [LoggerMessage(1008, LogLevel.Warning, "The embedded PostgreSQL in {Directory} is not ready after {Waited}: it is recovering, and that is awaited")]
    public static partial void PostgresStillStarting(ILogger logger, string directory, TimeSpan waited);

    // Requests: 1100 to 1199

    [LoggerMessage(1100, LogLevel.Information, "Refused: {Refusal} ({Section})")]
    public static partial void Refused(ILogger logger, Refusal refusal, string section);

    [LoggerMessage(1101, LogLevel.Error, "A request failed")]
    public static partial void RequestFailed(ILogger logger, Exception exception);

    [LoggerMessage(1102, LogLevel.Warning, "A request has {Header}, and no proxy is trusted to write it: Idp:Forwarding:TrustedProxies names none. People behind a proxy seem to come from one address")]
    public static partial void ProxyNotTrusted(ILogger logger, string header);

    // Host: 1200 to 1299

    [LoggerMessage(1200, LogLevel.Information, "Serving {Issuer}")]
    public static partial void Serving(ILogger logger, string issuer);

    [LoggerMessage(1202, LogLevel.Information, "Told to stop: this node says for {Notice} that it isn't ready, and serves on meanwhile")]
    public static partial void Draining(ILogger logger, TimeSpan notice);

    [LoggerMessage(1201, LogLevel.Warning, "Background work {Work} failed; it is tried again")]
    public static partial void BackgroundFailed(ILogger logger, string work, Exception exception);

    // Keys: 1300 to 1399

    [LoggerMessage(1300, LogLevel.Warning, "Made a master key for development at {File}. Keep it: without it the signing keys in the database can't be read")]
    public static partial void MasterKeyMade(ILogger logger, string file);

    [LoggerMessage(1301, LogLevel.Warning, "Others than its owner can read the master key {File}: chmod 600 is safer")]
    public static partial void MasterKeyReadable(ILogger logger, string file);

    [LoggerMessage(1302, LogLevel.Information, "Made the {Algorithm} signing key {Kid}, generation {Generation}, which signs from {ActiveAt:O}")]
    public static partial void SigningKeyMade(ILogger logger, string algorithm, string kid, int generation, DateTimeOffset activeAt);

    [LoggerMessage(1303, LogLevel.Warning, "The signing key {Kid} was revoked: what it signed is refused from now on")]
    public static partial void SigningKeyRevoked(ILogger logger, string kid);

    [LoggerMessage(1304, LogLevel.Error, "The signing keys can't be read again; those in memory are used meanwhile: {Reason}")]
    public static partial void SigningKeysUnreadable(ILogger logger, string reason);

    // Tokens: 1400 to 1499

    [LoggerMessage(1400, LogLevel.Warning, "The token family {FamilyId} of client {ClientId} ended: {Reason}")]
    public static partial void FamilyEnded(ILogger logger, Guid familyId, string clientId, FamilyEnd reason);

    [LoggerMessage(1401, LogLevel.Information, "The client {ClientId} revoked its token family {FamilyId}")]
    public static partial void FamilyRevoked(ILogger logger, Guid familyId, string clientId);

    // Sign-in: 1500 to 1599

    [LoggerMessage(1500, LogLevel.Information, "{UserId} signed in")]
    public static partial void SignedIn(ILogger logger, Guid userId);

    [LoggerMessage(1501, LogLevel.Information, "{UserId} changed their password")]
    public static partial void PasswordChanged(ILogger logger, Guid userId);

    [LoggerMessage(1503, LogLevel.Information, "{UserId} set up an authenticator app")]
    public static partial void SecondFactorAdded(ILogger logger, Guid userId);

    [LoggerMessage(1504, LogLevel.Warning, "{UserId} removed their authenticator app")]
    public static partial void SecondFactorRemoved(ILogger logger, Guid userId);

    [LoggerMessage(1505, LogLevel.Information, "{UserId} had new recovery codes made")]
    public static partial void RecoveryCodesMade(ILogger logger, Guid userId);

    [LoggerMessage(1502, LogLevel.Information, "{UserId} approved a request ({Kind}) of client {ClientId}")]
    public static partial void RequestApproved(ILogger logger, Guid userId, DecoupledKind kind, string clientId);

    [LoggerMessage(1511, LogLevel.Warning, "The account {UserId} was deleted (by an operator: {ByOperator})")]
    public static partial void AccountDeleted(ILogger logger, Guid userId, bool byOperator);

    [LoggerMessage(1510, LogLevel.Warning, "A new password was not looked up among those that leaked elsewhere: {Reason}")]
    public static partial void BreachCheckLeftOut(ILogger logger, string reason);

    [LoggerMessage(1520, LogLevel.Warning, "The upstream {Upstream} could not be used, its {What}: {Reason}")]
    public static partial void UpstreamCallFailed(ILogger logger, string upstream, string what, string reason);

    [LoggerMessage(1521, LogLevel.Information, "{UserId} was made by a first sign-in by the upstream {Upstream}")]
    public static partial void UpstreamAccountMade(ILogger logger, Guid userId, string upstream);

    [LoggerMessage(1522, LogLevel.Information, "{UserId} linked their account at {Issuer}")]
    public static partial void UpstreamLinked(ILogger logger, Guid userId, string issuer);

    [LoggerMessage(1523, LogLevel.Information, "{UserId} unlinked their account at {Issuer}")]
    public static partial void UpstreamUnlinked(ILogger logger, Guid userId, string issuer);

    [LoggerMessage(1524, LogLevel.Information, "The upstream {Upstream} said that somebody signed out there: {Count} sessions ended")]
    public static partial void UpstreamLogout(ILogger logger, string upstream, int count);

    [LoggerMessage(1530, LogLevel.Information, "{UserId} chose a new password by a link")]
    public static partial void PasswordReset(ILogger logger, Guid userId);

    [LoggerMessage(1531, LogLevel.Information, "{UserId} made their account ({Purpose})")]
    public static partial void AccountMade(ILogger logger, Guid userId, AccountLinkPurpose purpose);

    [LoggerMessage(1532, LogLevel.Information, "{UserId} confirmed an e-mail address")]
    public static partial void EmailChanged(ILogger logger, Guid userId);

    [LoggerMessage(1550, LogLevel.Information, "{UserId} added a passkey")]
    public static partial void PasskeyAdded(ILogger logger, Guid userId);

    [LoggerMessage(1551, LogLevel.Information, "{UserId} removed a passkey")]
    public static partial void PasskeyRemoved(ILogger logger, Guid userId);

    [LoggerMessage(1552, LogLevel.Warning, "A passkey of {UserId} was refused: its counter went back, as a copy's would")]
    public static partial void PasskeyMayBeCopied(ILogger logger, Guid userId);

    [LoggerMessage(1553, LogLevel.Warning, "A passkey was used on a page of another origin than the issuer's, {Origin}: people must open the pages there")]
    public static partial void PasskeyOfAnotherOrigin(ILogger logger, string origin);

    // Registration: 1600 to 1699

    [LoggerMessage(1600, LogLevel.Information, "The client {ClientId} registered itself by policy {PolicyId}")]
    public static partial void ClientRegistered(ILogger logger, string clientId, Guid? policyId);

    [LoggerMessage(1601, LogLevel.Information, "The client {ClientId} removed itself")]
    public static partial void ClientUnregistered(ILogger logger, string clientId);

    [LoggerMessage(1602, LogLevel.Information, "A registration was refused for its {Member}")]
    public static partial void RegistrationRefused(ILogger logger, string member);

    [LoggerMessage(1603, LogLevel.Information, "The metadata document of client {ClientId} is not used: {Reason}")]
    public static partial void ClientDocumentRefused(ILogger logger, string clientId, string reason);

    // Outbox: 1700 to 1799

    [LoggerMessage(1700, LogLevel.Information, "Message {Id} to client {ClientId} was not delivered ({Reason}); it is tried again at {NextAttemptAt:O}")]
    public static partial void DeliveryFailed(ILogger logger, long id, string clientId, string reason, DateTimeOffset nextAttemptAt);

    [LoggerMessage(1701, LogLevel.Warning, "Message {Id} to client {ClientId} is given up after {Attempts} attempts ({Reason}): `idp outbox retry {Id}` tries again")]
    public static partial void DeliveryGivenUp(ILogger logger, long id, string clientId, int attempts, string reason);

    [LoggerMessage(1707, LogLevel.Warning, "The receiver of stream {StreamId} (client {ClientId}) can't use events that it fetched: {Reason}")]
    public static partial void SignalsRefused(ILogger logger, Guid streamId, string clientId, string reason);

    [LoggerMessage(1702, LogLevel.Information, "Mail {Id} was not sent ({Reason}); it is tried again at {NextAttemptAt:O}")]
    public static partial void MailFailed(ILogger logger, long id, string reason, DateTimeOffset nextAttemptAt);

    [LoggerMessage(1703, LogLevel.Warning, "Mail {Id} is given up after {Attempts} attempts ({Reason}): `idp outbox retry {Id}` tries again")]
    public static partial void MailGivenUp(ILogger logger, long id, int attempts, string reason);

    [LoggerMessage(1704, LogLevel.Information, "Mails are files in {Folder}")]
    public static partial void MailIsFiles(ILogger logger, string folder);

    [LoggerMessage(1705, LogLevel.Information, "Mails go by {Host}, port {Port}")]
    public static partial void MailIsSent(ILogger logger, string host, int port);

    [LoggerMessage(1706, LogLevel.Warning, "There is no mail: without Idp:Mail:Smtp:Host nobody can register, reset a password or confirm an address, and nobody is told of changes to their account")]
    public static partial void MailIsOff(ILogger logger);

    // Clients: 1800 to 1899

    [LoggerMessage(1800, LogLevel.Warning, "The keys of client {ClientId} could not be fetched from its jwks_uri: {Reason}")]
    public static partial void ClientKeysNotFetched(ILogger logger, string clientId, string reason);

    [LoggerMessage(1801, LogLevel.Warning, "A request object of client {ClientId} could not be fetched from its request_uri: {Reason}")]
    public static partial void RequestObjectNotFetched(ILogger logger, string clientId, string reason);

    // Audit: 1900 to 1999

    [LoggerMessage(1900, LogLevel.Information, "{Action} {Sequence} {Entry}")]
    public static partial void Audited(ILogger logger, string action, long sequence, string entry);

    [LoggerMessage(1901, LogLevel.Error, "The audit is not put to its chain: {Reason}")]
    public static partial void AuditNotChained(ILogger logger, string reason);

    // Profiles: 2300 to 2399

    [LoggerMessage(2300, LogLevel.Information, "User {UserId} changed their profile: {Fields}")]
    public static partial void ProfileChanged(ILogger logger, Guid userId, string fields);
}
