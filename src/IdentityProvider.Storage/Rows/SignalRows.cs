using IdentityProvider.Protocol.SharedSignals;
using Microsoft.EntityFrameworkCore;

namespace IdentityProvider.Storage.Rows;

/// <summary>A receiver's stream of security events.</summary>
internal sealed class SignalStreamRow
{
    public required Guid StreamId { get; init; }

    public required string ClientId { get; init; }

    public string? EndpointUrl { get; init; }

    /// <summary>Goes along with each push; nothing of it can be read here.</summary>
    public byte[]? SealedAuthorization { get; init; }

    public required string EventsRequested { get; init; }

    /// <summary>Those that it gets, a bit each (<see cref="SignalKinds.Pack"/>).</summary>
    public required int Delivered { get; init; }

    public string? Description { get; init; }

    public required StreamStatus Status { get; init; }

    public string? StatusReason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? VerifiedAt { get; init; }

    public int Version { get; init; }

    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<SignalStreamRow>(stream =>
        {
            stream.ToTable("SignalStreams").HasKey(s => s.StreamId);
            stream.Property(s => s.StreamId).ValueGeneratedNever();
            stream.Property(s => s.ClientId).HasMaxLength(Longest.ClientId);
            stream.Property(s => s.EndpointUrl).HasMaxLength(Longest.Uri);
            stream.Property(s => s.SealedAuthorization).HasMaxLength(Longest.SealedAuthorization);
            stream.Property(s => s.EventsRequested).HasMaxLength(Longest.EventTypes);
            stream.Property(s => s.Description).HasMaxLength(StreamRules.LongestDescription);
            stream.Property(s => s.StatusReason).HasMaxLength(StreamRules.LongestDescription);
            stream.HasOne<ClientRow>().WithMany().HasForeignKey(s => s.ClientId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<SignalEventRow>(entry =>
        {
            entry.ToTable("SignalEvents").HasKey(e => e.EventId);
            entry.Property(e => e.EventId).ValueGeneratedOnAdd();
            entry.Property(e => e.Sequence).ValueGeneratedOnAdd();
            entry.Property(e => e.Detail).HasMaxLength(StreamRules.LongestState);
            entry.HasIndex(e => new { e.StreamId, e.Sequence });
            entry.HasIndex(e => e.ExpiresAt);
        });
        builder.Entity<SignalPersonRow>(person =>
        {
            person.ToTable("SignalPeople").HasKey(p => new { p.ClientId, p.UserId });
            person.Property(p => p.ClientId).HasMaxLength(Longest.ClientId);
            person.HasIndex(p => p.UserId);
        });
        builder.Entity<RemovedSubjectRow>(subject =>
        {
            subject.ToTable("SignalRemovedSubjects").HasKey(s => new { s.StreamId, s.Subject });
            subject.Property(s => s.Subject).HasMaxLength(SubjectRules.LongestSubject);
            subject.HasOne<SignalStreamRow>().WithMany().HasForeignKey(s => s.StreamId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}

/// <summary>
/// Something that one stream's receiver has not heard yet. No key leads to the stream: that one is deleted must not stop what the event is about.
/// </summary>
internal sealed class SignalEventRow
{
    /// <summary>The SET's <c>jti</c>; drawn when the row is made.</summary>
    public Guid EventId { get; init; }

    /// <summary>Given by the database: the order in which a receiver that fetches gets them.</summary>
    public long Sequence { get; init; }

    public required Guid StreamId { get; init; }

    public required SignalKind Kind { get; init; }

    public Guid? UserId { get; init; }

    public Guid? SessionId { get; init; }

    public string? Detail { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A person who signed in to a client that has streams, while it had them or before.</summary>
internal sealed class SignalPersonRow
{
    public required string ClientId { get; init; }

    public required Guid UserId { get; init; }
}

/// <summary>A person whom a receiver doesn't want to hear of, as it knows them.</summary>
internal sealed class RemovedSubjectRow
{
    public required Guid StreamId { get; init; }

    public required string Subject { get; init; }
}
