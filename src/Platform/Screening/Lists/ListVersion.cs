using System.Text.Json;

namespace Pujiang.Platform;

/// <summary>How a version of a list stands.</summary>
public enum ListState
{
    /// <summary>It has far fewer entries than the one in force: somebody must ask for it, and another person allow it.</summary>
    Waiting = 1,

    /// <summary>Names are compared with it.</summary>
    InForce = 2,

    /// <summary>A later version is in force, or came into force while this one waited.</summary>
    Replaced = 3,
}

/// <summary>How an entry differs from the version before.</summary>
public enum ListChangeKind
{
    Added = 1,
    Removed = 2,
    Changed = 3,
}

/// <param name="Entry">The list's own number.</param>
/// <param name="Name">Under which it is listed; of a removed entry, under which it was.</param>
public sealed record ListChange(ListChangeKind Kind, string Entry, string Name)
{
    /// <summary>What differs between two versions of a list, the removed entries first, for they let names through.</summary>
    public static IReadOnlyList<ListChange> Between(SanctionsList? before, SanctionsList after)
    {
        if (before is null) return [];
        var old = before.Entries.ToDictionary(entry => entry.Id, StringComparer.Ordinal);
        var now = after.Entries.Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. before.Entries.Where(entry => !now.Contains(entry.Id)).Select(entry => new ListChange(ListChangeKind.Removed, entry.Id, entry.Name)),
            .. after.Entries.Where(entry => !old.ContainsKey(entry.Id)).Select(entry => new ListChange(ListChangeKind.Added, entry.Id, entry.Name)),
            .. after.Entries.Where(entry => old.TryGetValue(entry.Id, out var was) && was.ContentHash() != entry.ContentHash())
                .Select(entry => new ListChange(ListChangeKind.Changed, entry.Id, entry.Name)),
        ];
    }
}

/// <summary>A sanctions list as it was imported at one time. Its content stands beside it (<see cref="ListContent"/>).</summary>
sealed class ListVersion
{
    ListVersion() { }

    public Guid Id { get; private init; }

    /// <summary>"OFAC" or "UN".</summary>
    public string List { get; private init; } = "";

    /// <summary>The day of the list; null where nobody told it.</summary>
    public DateOnly? PublishedOn { get; private init; }

    /// <summary>SHA-256 of what was imported (<see cref="ListPackage.HashOf"/>).</summary>
    public string Hash { get; private init; } = "";

    public int Entries { get; private init; }
    public int Names { get; private init; }

    /// <summary>Entries of the version before; 0 for the first.</summary>
    public int EntriesBefore { get; private init; }
    public int Added { get; private init; }
    public int Removed { get; private init; }
    public int Changed { get; private init; }
    public DateTime ImportedAt { get; private init; }

    /// <summary>Who imported it: <see cref="Caller.Actor"/>, or "job".</summary>
    public string ImportedBy { get; private init; } = "";
    public ListState State { get; private set; }

    /// <summary>UTC from which names were compared with it.</summary>
    public DateTime? InForceAt { get; private set; }

    /// <summary>The request for approval under which it waits, once somebody asked.</summary>
    public Guid? Approval { get; private set; }

    public static ListVersion Of(Guid id, SanctionsList list, SanctionsList? before, IReadOnlyList<ListChange> changes, string hash, string actor, DateTime now) => new()
    {
        Id = id,
        List = list.Name,
        PublishedOn = list.AsOf,
        Hash = hash,
        Entries = list.Entries.Count,
        Names = list.NameCount,
        EntriesBefore = before?.Entries.Count ?? 0,
        Added = before is null ? list.Entries.Count : changes.Count(change => change.Kind == ListChangeKind.Added),
        Removed = changes.Count(change => change.Kind == ListChangeKind.Removed),
        Changed = changes.Count(change => change.Kind == ListChangeKind.Changed),
        ImportedAt = now,
        ImportedBy = actor,
        State = ListState.Waiting,
    };

    /// <summary>More than so many of a hundred entries are gone: a list that broke off looks like this.</summary>
    public bool ShrinksBy(int percent) => (EntriesBefore - Entries) * 100L > (long)EntriesBefore * percent;

    public void ComeIntoForce(DateTime now) => (State, InForceAt) = (ListState.InForce, now);

    public void Replace() => State = ListState.Replaced;

    public void AskedFor(Guid approval) => Approval = approval;

    public string Reference => $"screening/list/{Id}";

    /// <summary>What the evidence log holds of it.</summary>
    public string EvidenceText(string what) => JsonSerializer.Serialize(new { what, version = Id, list = List, published = PublishedOn, sha256 = Hash, entries = Entries, names = Names });
}

/// <summary>What a version says, apart, so that looking at versions reads no megabytes.</summary>
sealed class ListContent
{
    public Guid VersionId { get; init; }

    /// <summary>The files as they were imported, in one ZIP file.</summary>
    public byte[] Package { get; init; } = [];

    /// <summary>What differs from the version before, as JSON of <see cref="ListChange"/>.</summary>
    public string Changes { get; init; } = "[]";
}

/// <summary>Which version of a list is in force. One row for each list: what stands here is what counts, in every process of the bank.</summary>
sealed class ListHead
{
    public string List { get; init; } = "";
    public Guid VersionId { get; set; }

    /// <summary>Rises with each change. Concurrency token: of two imports at once one fails.</summary>
    public long Number { get; set; }
}

/// <summary>The tables of screening.</summary>
sealed class ScreeningTables : ICityTables
{
    public string Schema => "screening";

    public void Configure(TableModel model)
    {
        var version = model.Entity<ListVersion>("list_version");
        version.Property(v => v.Id).ValueGeneratedNever();
        version.Property(v => v.List).HasMaxLength(16);
        version.Property(v => v.Hash).HasMaxLength(64);
        version.Property(v => v.ImportedBy).HasMaxLength(AuditEntry.LongestActor);
        version.HasIndex(v => new { v.List, v.ImportedAt });
        var content = model.Entity<ListContent>("list_content");
        content.HasKey(c => c.VersionId);
        content.Property(c => c.VersionId).ValueGeneratedNever();
        var head = model.Entity<ListHead>("list_head");
        head.HasKey(h => h.List);
        head.Property(h => h.List).HasMaxLength(16);
        head.Property(h => h.Number).IsConcurrencyToken();
        Cases(model);
    }

    static void Cases(TableModel model)
    {
        var waiting = model.Entity<ScreeningCase>("case");
        waiting.Property(c => c.Id).ValueGeneratedNever();
        waiting.Property(c => c.Subject).HasMaxLength(200);
        waiting.Property(c => c.Lists).HasMaxLength(200);
        waiting.Property(c => c.Version).IsConcurrencyToken();
        model.Seal(waiting.Property(c => c.Facts));
        waiting.HasIndex(c => new { c.State, c.OpenedAt });
        waiting.HasIndex(c => c.Subject);
        waiting.HasMany(c => c.Hits).WithOne().HasForeignKey(h => h.CaseId);

        var hit = model.Entity<ScreeningHit>("hit");
        hit.HasKey(h => new { h.CaseId, h.Number });
        hit.Property(h => h.Number).ValueGeneratedNever();
        hit.Property(h => h.Role).HasMaxLength(16);
        hit.Property(h => h.PersonHash).HasMaxLength(32);
        hit.Property(h => h.List).HasMaxLength(16);
        hit.Property(h => h.Entry).HasMaxLength(32);
        hit.Property(h => h.EntryHash).HasMaxLength(32);
        hit.Property(h => h.DecidedBy).HasMaxLength(AuditEntry.LongestActor);
        model.Seal(hit.Property(h => h.Person));
        model.Seal(hit.Property(h => h.Found));
        model.Seal(hit.Property(h => h.Reason));
        hit.HasIndex(h => new { h.PersonHash, h.Decision });

        var pair = model.Entity<ClearedPair>("cleared_pair");
        pair.HasKey(p => new { p.PersonHash, p.List, p.Entry });
        pair.Property(p => p.PersonHash).HasMaxLength(32);
        pair.Property(p => p.List).HasMaxLength(16);
        pair.Property(p => p.Entry).HasMaxLength(32);
        pair.Property(p => p.EntryHash).HasMaxLength(32);
        model.Entity<ScreenedUpTo>("screened_up_to").Property(s => s.Id).ValueGeneratedNever();
    }
}
