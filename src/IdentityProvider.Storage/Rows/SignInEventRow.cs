using IdentityProvider.Protocol.Sessions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdentityProvider.Storage.Rows;

internal sealed class SignInEventRow
{
    public required Guid EventId { get; init; }

    public required Guid UserId { get; init; }

    public required DateTimeOffset At { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }

    public required SignInOutcome Outcome { get; init; }

    public string? Detail { get; init; }

    public int Count { get; init; } = 1;

    internal static void Configure(EntityTypeBuilder<SignInEventRow> entry)
    {
        entry.ToTable("SignInEvents").HasKey(e => e.EventId);
        entry.Property(e => e.EventId).ValueGeneratedNever();
        entry.Property(e => e.Address).HasMaxLength(Longest.Address);
        entry.Property(e => e.UserAgent).HasMaxLength(Longest.UserAgent);
        entry.Property(e => e.Outcome).HasConversion<string>().HasMaxLength(40);
        entry.Property(e => e.Detail).HasMaxLength(Longest.Detail);
        entry.Property(e => e.Count).HasDefaultValue(1);
        entry.HasIndex(e => new { e.UserId, e.At });
        entry.HasIndex(e => e.At);
    }
}
