using IdentityProvider.Protocol.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdentityProvider.Storage.Rows;

internal sealed class AuditEventRow
{
    public required Guid EventId { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Action { get; init; }

    public required string ActorKind { get; init; }

    public string? Actor { get; init; }

    public string? ActorClientId { get; init; }

    public required string TargetKind { get; init; }

    public string? Target { get; init; }

    public string? Address { get; init; }

    public string? Device { get; init; }

    public string? RequestId { get; init; }

    public string? Before { get; init; }

    public string? After { get; init; }

    public string? Detail { get; init; }

    public int Count { get; init; } = 1;

    /// <summary>The row's number in the chain; null while it waits for it. With one, nothing changes the row any more.</summary>
    public long? Sequence { get; set; }

    public byte[]? Hash { get; set; }

    internal static AuditEventRow Of(AuditEvent entry) => new()
    {
        EventId = entry.EventId,
        At = entry.At,
        Action = entry.Action,
        ActorKind = entry.Actor.Kind.ToString(),
        Actor = Longest.CutText(entry.Actor.Name, Longest.AuditActor),
        ActorClientId = Longest.Cut(entry.Actor.ClientId, Longest.ClientId),
        TargetKind = entry.Target.Kind,
        Target = Longest.CutText(entry.Target.Id, Longest.AuditTarget),
        Address = Longest.Cut(entry.Address, Longest.Address),
        Device = Longest.Cut(entry.Device, Longest.AuditDevice),
        RequestId = Longest.Cut(entry.RequestId, Longest.AuditRequestId),
        Before = entry.Before,
        After = entry.After,
        Detail = entry.Detail,
        Count = entry.Count,
    };

    internal AuditEvent Read() => new()
    {
        EventId = EventId,
        At = At,
        Action = Action,
        Actor = new AuditActor(Enum.Parse<AuditActorKind>(ActorKind), Actor, ActorClientId),
        Target = AuditTarget.Read(TargetKind, Target),
        Address = Address,
        Device = Device,
        RequestId = RequestId,
        Before = Before,
        After = After,
        Detail = Detail,
        Count = Count,
    };

    internal static void Configure(ModelBuilder builder, string isWaiting)
    {
        builder.Entity<AuditHeadRow>(AuditHeadRow.Configure);
        var entry = builder.Entity<AuditEventRow>();
        entry.ToTable("AuditEvents").HasKey(e => e.EventId);
        entry.Property(e => e.EventId).ValueGeneratedNever();
        entry.Property(e => e.Action).HasMaxLength(AuditActions.LongestName);
        entry.Property(e => e.ActorKind).HasMaxLength(20);
        entry.Property(e => e.Actor).HasMaxLength(Longest.AuditActor);
        entry.Property(e => e.ActorClientId).HasMaxLength(Longest.ClientId);
        entry.Property(e => e.TargetKind).HasMaxLength(40);
        entry.Property(e => e.Target).HasMaxLength(Longest.AuditTarget);
        entry.Property(e => e.Address).HasMaxLength(Longest.Address);
        entry.Property(e => e.Device).HasMaxLength(Longest.AuditDevice);
        entry.Property(e => e.RequestId).HasMaxLength(Longest.AuditRequestId);
        entry.Property(e => e.Before).HasMaxLength(AuditEvent.LongestDocument);
        entry.Property(e => e.After).HasMaxLength(AuditEvent.LongestDocument);
        entry.Property(e => e.Detail).HasMaxLength(AuditEvent.LongestDocument);
        entry.Property(e => e.Hash).HasMaxLength(AuditChain.HashLength).IsFixedLength();
        entry.HasIndex(e => e.Sequence).IsUnique();
        entry.HasIndex(e => e.At, "IX_AuditEvents_Waiting").HasFilter(isWaiting);
        entry.HasIndex(e => new { e.At, e.EventId });
        entry.HasIndex(e => new { e.Action, e.At });
        entry.HasIndex(e => new { e.Actor, e.At });
        entry.HasIndex(e => new { e.Target, e.At });
    }
}

/// <summary>Both ends of the chain, sealed (<see cref="AuditHead"/>): one row.</summary>
internal sealed class AuditHeadRow
{
    public const int TheOne = 1;

    public required int Id { get; init; }

    public required long Sequence { get; set; }

    public required byte[] Hash { get; set; }

    public required long AnchorSequence { get; set; }

    public required byte[] AnchorHash { get; set; }

    /// <summary>Empty before the first row.</summary>
    public required byte[] Seal { get; set; }

    /// <summary>Moved by whoever writes the head, first of all: it holds the row until the commit.</summary>
    public required long Round { get; set; }

    internal AuditHead Read() => new(Sequence, Hash, AnchorSequence, AnchorHash);

    internal static void Configure(EntityTypeBuilder<AuditHeadRow> head)
    {
        head.ToTable("AuditHead").HasKey(h => h.Id);
        head.Property(h => h.Id).ValueGeneratedNever();
        head.Property(h => h.Hash).HasMaxLength(AuditChain.HashLength).IsFixedLength();
        head.Property(h => h.AnchorHash).HasMaxLength(AuditChain.HashLength).IsFixedLength();
        head.Property(h => h.Seal).HasMaxLength(AuditChain.HashLength);
        head.HasData(new AuditHeadRow
        {
            Id = TheOne,
            Sequence = 0,
            Hash = AuditChain.Genesis.ToArray(),
            AnchorSequence = 0,
            AnchorHash = AuditChain.Genesis.ToArray(),
            Seal = [],
            Round = 0,
        });
    }
}
