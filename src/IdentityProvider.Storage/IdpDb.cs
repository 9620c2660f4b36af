using IdentityProvider.Protocol.Authorize;
using IdentityProvider.Protocol.RichAuthorization;
using IdentityProvider.Storage.Rows;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.Extensions.DependencyInjection;

namespace IdentityProvider.Storage;

/// <summary>The one model; <see cref="PostgresDb"/> and <see cref="SqlServerDb"/> add what only their database knows.</summary>
public abstract class IdpDb : IdentityDbContext<User, Role, Guid>
{
    private protected IdpDb(DbContextOptions options) : base(options)
    {
    }

    internal DbSet<ClientRow> Clients => Set<ClientRow>();

    internal DbSet<ClientSecretRow> ClientSecrets => Set<ClientSecretRow>();

    internal DbSet<RegistrationPolicyRow> RegistrationPolicies => Set<RegistrationPolicyRow>();

    internal DbSet<DeniedClientRow> DeniedClients => Set<DeniedClientRow>();

    internal DbSet<ResourceRow> Resources => Set<ResourceRow>();

    internal DbSet<AuthorizationDetailsTypeRow> AuthorizationDetailsTypes => Set<AuthorizationDetailsTypeRow>();

    internal DbSet<SessionRow> Sessions => Set<SessionRow>();

    internal DbSet<SignInEventRow> SignInEvents => Set<SignInEventRow>();

    internal DbSet<AuditEventRow> AuditEvents => Set<AuditEventRow>();

    internal DbSet<AttemptRow> Attempts => Set<AttemptRow>();

    internal DbSet<KnownBrowserRow> KnownBrowsers => Set<KnownBrowserRow>();

    internal DbSet<SessionClientRow> SessionClients => Set<SessionClientRow>();

    internal DbSet<AccountLinkRow> AccountLinks => Set<AccountLinkRow>();

    internal DbSet<OutboxMessageRow> OutboxMessages => Set<OutboxMessageRow>();

    internal DbSet<SignalStreamRow> SignalStreams => Set<SignalStreamRow>();

    internal DbSet<SignalEventRow> SignalEvents => Set<SignalEventRow>();

    internal DbSet<SignalPersonRow> SignalPeople => Set<SignalPersonRow>();

    internal DbSet<RemovedSubjectRow> RemovedSubjects => Set<RemovedSubjectRow>();

    internal DbSet<GrantRow> Grants => Set<GrantRow>();

    internal DbSet<AuthorizationCodeRow> AuthorizationCodes => Set<AuthorizationCodeRow>();

    internal DbSet<PushedRequestRow> PushedRequests => Set<PushedRequestRow>();

    internal DbSet<DecoupledRequestRow> DecoupledRequests => Set<DecoupledRequestRow>();

    internal DbSet<TrustedIssuerRow> TrustedIssuers => Set<TrustedIssuerRow>();

    internal DbSet<UpstreamRow> Upstreams => Set<UpstreamRow>();

    internal DbSet<TokenFamilyRow> TokenFamilies => Set<TokenFamilyRow>();

    internal DbSet<SigningKeyRow> SigningKeys => Set<SigningKeyRow>();

    internal DbSet<RevokedTokenRow> RevokedTokens => Set<RevokedTokenRow>();

    internal DbSet<SpentIdentifierRow> SpentIdentifiers => Set<SpentIdentifierRow>();

    internal DbSet<StatusListRow> StatusLists => Set<StatusListRow>();

    internal DbSet<StatusBlockRow> StatusBlocks => Set<StatusBlockRow>();

    internal DbSet<StatusChangeRow> StatusChanges => Set<StatusChangeRow>();

    internal DbSet<TopicRow> Topics => Set<TopicRow>();

    internal DbSet<GroupRow> Groups => Set<GroupRow>();

    internal DbSet<UserGroupRow> UserGroups => Set<UserGroupRow>();

    internal DbSet<GroupRoleRow> GroupRoles => Set<GroupRoleRow>();

    /// <summary>Identity asks its options for the shape of its tables, at run time and at design time: the one with passkeys.</summary>
    internal static void WithPasskeys(IdentityOptions options) => options.Stores.SchemaVersion = IdentitySchemaVersions.Version3;

    /// <summary>What the tools' contexts find those options by.</summary>
    internal static IServiceProvider DesignServices() => new ServiceCollection().Configure<IdentityOptions>(WithPasskeys).BuildServiceProvider();

    /// <summary>Byte order: equality is exact and an index doesn't depend on the operating system's language tables.</summary>
    private protected abstract string BinaryCollation { get; }

    /// <summary>The column type for a JSON document.</summary>
    private protected abstract string JsonType { get; }

    /// <summary>The clause of an index over rows that have ended.</summary>
    private protected abstract string HasEnded { get; }

    /// <summary>The clause of an index over what came from an upstream.</summary>
    private protected abstract string HasUpstream { get; }

    /// <summary>The clause of an index over the audit's lines that wait for their number.</summary>
    private protected abstract string IsWaiting { get; }

    /// <summary>The clause of an index over accounts whose address is verified.</summary>
    private protected abstract string IsConfirmed { get; }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcMicroseconds>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        AccountRows.Configure(builder, JsonType, IsConfirmed);
        GroupRow.Configure(builder);
        Registrations(builder);
        builder.Entity<RegistrationPolicyRow>(policy => RegistrationPolicyRow.Configure(policy, JsonType));
        builder.Entity<DeniedClientRow>(DeniedClientRow.Configure);
        builder.Entity<UpstreamRow>(upstream => UpstreamRow.Configure(upstream, JsonType));
        SignIns(builder);
        Tokens(builder);
        Decoupled(builder);
        Messages(builder);
        SignalStreamRow.Configure(builder);
        builder.Entity<AccountLinkRow>(AccountLinkRow.Configure);
        AuditEventRow.Configure(builder, IsWaiting);
        builder.Entity<IdempotentRequestRow>(IdempotentRequestRow.Configure);
        StatusListRow.Configure(builder);
        builder.Entity<TopicRow>(topic =>
        {
            topic.ToTable("Topics").HasKey(t => t.Name);
            topic.Property(t => t.Name).HasMaxLength(50);
            topic.HasData([.. Topic.All.Select(name => new TopicRow { Name = name, Version = 1 })]);
        });

        foreach (var property in builder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
        {
            if (property.ClrType == typeof(string) && property.GetMaxLength() is not null)
                property.SetCollation(BinaryCollation);
        }
    }

    private void Registrations(ModelBuilder builder)
    {
        ClientRow.Configure(builder, JsonType);
        builder.Entity<ResourceRow>(resource =>
        {
            resource.ToTable("Resources").HasKey(r => r.Identifier);
            resource.Property(r => r.Identifier).HasMaxLength(Longest.ResourceIdentifier);
            resource.Property(r => r.Document).HasColumnType(JsonType);
            resource.Property(r => r.NormalizedName).HasMaxLength(Longest.SearchName);
            resource.HasIndex(r => r.NormalizedName);
        });
        builder.Entity<AuthorizationDetailsTypeRow>(type =>
        {
            type.ToTable("AuthorizationDetailsTypes").HasKey(t => t.Type);
            type.Property(t => t.Type).HasMaxLength(AuthorizationDetailsType.LongestName);
            // As text: the order of a schema's members is the order in which people read them, and a JSON column keeps none.
            type.Property(t => t.Document).HasMaxLength(Longest.Schema);
        });
        builder.Entity<SigningKeyRow>(key =>
        {
            key.ToTable("SigningKeys").HasKey(k => k.Kid);
            key.Property(k => k.Kid).HasMaxLength(Longest.Kid);
            key.Property(k => k.Algorithm).HasMaxLength(20);
            key.Property(k => k.PublicJwk).HasMaxLength(Longest.List);
            key.Property(k => k.EncryptedPrivateKey).HasMaxLength(8000);
            key.HasIndex(k => new { k.Algorithm, k.Generation }).IsUnique();
        });
    }

    private void SignIns(ModelBuilder builder)
    {
        builder.Entity<SessionRow>(session =>
        {
            session.ToTable("Sessions").HasKey(s => s.SessionId);
            session.Property(s => s.SessionId).ValueGeneratedNever();
            session.Property(s => s.SecretHash).HasMaxLength(32).IsFixedLength();
            session.Property(s => s.Amr).HasMaxLength(Longest.Amr);
            session.Property(s => s.Acr).HasMaxLength(Longest.Acr);
            session.Property(s => s.Address).HasMaxLength(Longest.Address);
            session.Property(s => s.UserAgent).HasMaxLength(Longest.UserAgent);
            session.Property(s => s.UpstreamIssuer).HasMaxLength(Longest.TrustedIssuer);
            session.Property(s => s.UpstreamSubject).HasMaxLength(Longest.UpstreamSubject);
            session.Property(s => s.UpstreamSessionId).HasMaxLength(Longest.UpstreamSubject);
            session.HasIndex(s => s.UpstreamSubject).HasFilter(HasUpstream);
            session.HasIndex(s => s.UpstreamSessionId).HasFilter(HasUpstream);
            session.HasIndex(s => s.SecretHash).IsUnique();
            session.HasIndex(s => s.UserId);
            session.HasIndex(s => s.ExpiresAt);
            session.HasIndex(s => s.EndedAt).HasFilter(HasEnded);
        });
        builder.Entity<SignInEventRow>(SignInEventRow.Configure);
        builder.Entity<KnownBrowserRow>(KnownBrowserRow.Configure);
        builder.Entity<AttemptRow>(AttemptRow.Configure);
        builder.Entity<SessionClientRow>(client =>
        {
            client.ToTable("SessionClients").HasKey(c => new { c.SessionId, c.ClientId });
            client.Property(c => c.ClientId).HasMaxLength(Longest.ClientId);
            client.HasOne<SessionRow>().WithMany().HasForeignKey(c => c.SessionId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<GrantRow>(grant =>
        {
            grant.ToTable("Grants").HasKey(g => new { g.UserId, g.ClientId });
            grant.Property(g => g.ClientId).HasMaxLength(Longest.ClientId);
            grant.Property(g => g.Scope).HasMaxLength(Longest.List);
            grant.Property(g => g.Resources).HasMaxLength(Longest.List);
            grant.Property(g => g.Claims).HasMaxLength(Longest.List);
            grant.HasIndex(g => g.ClientId);
        });
    }

    private void Tokens(ModelBuilder builder)
    {
        builder.Entity<AuthorizationCodeRow>(code =>
        {
            code.ToTable("AuthorizationCodes").HasKey(c => c.CodeHash);
            code.Property(c => c.CodeHash).HasMaxLength(32).IsFixedLength();
            code.Property(c => c.ClientId).HasMaxLength(Longest.ClientId);
            code.Property(c => c.RedirectUri).HasMaxLength(Longest.Uri);
            code.Property(c => c.Scope).HasMaxLength(Longest.List);
            code.Property(c => c.Resources).HasMaxLength(Longest.List);
            code.Property(c => c.CodeChallenge).HasMaxLength(128);
            code.Property(c => c.Nonce).HasMaxLength(Longest.List);
            code.Property(c => c.Amr).HasMaxLength(Longest.Amr);
            code.Property(c => c.Acr).HasMaxLength(Longest.Acr);
            code.Property(c => c.Terms).HasColumnType(JsonType);
            code.HasIndex(c => c.ExpiresAt);
        });
        builder.Entity<PushedRequestRow>(pushed =>
        {
            pushed.ToTable("PushedRequests").HasKey(p => p.ReferenceHash);
            pushed.Property(p => p.ReferenceHash).HasMaxLength(32).IsFixedLength();
            pushed.Property(p => p.ClientId).HasMaxLength(Longest.ClientId);
            pushed.Property(p => p.Parameters).HasMaxLength(AuthorizationRules.LongestPushedRequest);
            pushed.HasIndex(p => p.ExpiresAt);
        });
        builder.Entity<TokenFamilyRow>(family =>
        {
            family.ToTable("TokenFamilies").HasKey(f => f.FamilyId);
            family.Property(f => f.FamilyId).ValueGeneratedNever();
            family.Property(f => f.ClientId).HasMaxLength(Longest.ClientId);
            family.Property(f => f.Scope).HasMaxLength(Longest.List);
            family.Property(f => f.Resources).HasMaxLength(Longest.List);
            family.Property(f => f.Amr).HasMaxLength(Longest.Amr);
            family.Property(f => f.Acr).HasMaxLength(Longest.Acr);
            family.Property(f => f.Terms).HasColumnType(JsonType);
            family.Property(f => f.Statuses).HasMaxLength(Longest.Statuses).HasDefaultValue("");
            family.Property(f => f.RoleChanges).HasDefaultValue(0);
            family.Property(f => f.EndReason).HasConversion<string>().HasMaxLength(40);
            family.HasIndex(f => f.SessionId);
            family.HasIndex(f => f.UserId);
            family.HasIndex(f => f.ClientId);
            family.HasIndex(f => f.ExpiresAt);
            family.HasIndex(f => f.EndedAt).HasFilter(HasEnded);
        });
        builder.Entity<RevokedTokenRow>(token =>
        {
            token.ToTable("RevokedTokens").HasKey(t => t.Jti);
            token.Property(t => t.Jti).HasMaxLength(Longest.Jti);
            token.HasIndex(t => t.ExpiresAt);
        });
        builder.Entity<SpentIdentifierRow>(spent =>
        {
            spent.ToTable("SpentIdentifiers").HasKey(s => s.Hash);
            spent.Property(s => s.Hash).HasMaxLength(32).IsFixedLength();
            spent.HasIndex(s => s.ExpiresAt);
        });
    }

    private void Decoupled(ModelBuilder builder)
    {
        builder.Entity<DecoupledRequestRow>(request =>
        {
            request.ToTable("DecoupledRequests").HasKey(r => r.RequestId);
            request.Property(r => r.RequestId).ValueGeneratedNever();
            request.Property(r => r.Kind).HasConversion<string>().HasMaxLength(40);
            request.Property(r => r.CodeHash).HasMaxLength(32).IsFixedLength();
            request.Property(r => r.UserCodeHash).HasMaxLength(32).IsFixedLength();
            request.Property(r => r.ClientId).HasMaxLength(Longest.ClientId);
            request.Property(r => r.Scope).HasMaxLength(Longest.List);
            request.Property(r => r.Resources).HasMaxLength(Longest.List);
            request.Property(r => r.Terms).HasColumnType(JsonType);
            request.Property(r => r.BindingMessage).HasMaxLength(Longest.BindingMessage);
            request.Property(r => r.SealedNotificationToken).HasMaxLength(Longest.SealedNotificationToken);
            request.Property(r => r.AcrValues).HasMaxLength(Longest.Acr);
            request.Property(r => r.Status).HasConversion<string>().HasMaxLength(40);
            request.Property(r => r.Amr).HasMaxLength(Longest.Amr);
            request.Property(r => r.Acr).HasMaxLength(Longest.Acr);
            request.HasIndex(r => r.CodeHash).IsUnique();
            request.HasIndex(r => r.UserCodeHash).IsUnique();
            request.HasIndex(r => r.UserId);
            request.HasIndex(r => r.ClientId);
            request.HasIndex(r => r.ExpiresAt);
        });
        builder.Entity<TrustedIssuerRow>(issuer =>
        {
            issuer.ToTable("TrustedIssuers").HasKey(i => i.Issuer);
            issuer.Property(i => i.Issuer).HasMaxLength(Longest.TrustedIssuer);
            issuer.Property(i => i.Document).HasColumnType(JsonType);
        });
    }

    private void Messages(ModelBuilder builder) => builder.Entity<OutboxMessageRow>(message =>
    {
        message.ToTable("OutboxMessages").HasKey(m => m.Id);
        message.Property(m => m.Kind).HasConversion<string>().HasMaxLength(40);
        message.Property(m => m.ClientId).HasMaxLength(Longest.ClientId);
        message.Property(m => m.LastError).HasMaxLength(Longest.Error);
        message.Property(m => m.Mail).HasColumnType(JsonType);
        message.HasIndex(m => new { m.Kind, m.SessionId, m.ClientId }).IsUnique();
        message.HasIndex(m => m.NextAttemptAt);
        message.HasIndex(m => new { m.ClientId, m.NextAttemptAt });
        message.HasIndex(m => m.DeliveredAt);
        message.HasIndex(m => m.GivenUpAt);
    });

    /// <summary>UTC, and no finer than PostgreSQL keeps, so that what is read equals what was written.</summary>
    private sealed class UtcMicroseconds() : ValueConverter<DateTimeOffset, DateTimeOffset>(
        time => new DateTimeOffset(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero),
        stored => stored);
}
