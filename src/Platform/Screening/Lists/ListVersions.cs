using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Pujiang.Platform;

/// <summary>The versions of the lists, and what each changed.</summary>
public sealed class ListVersions(CityDb db)
{
    public const int PageSize = 50;

    /// <summary>All versions, the newest first.</summary>
    public async Task<IReadOnlyList<ListVersionView>> List(int most, CancellationToken cancel) =>
        [.. (await db.Set<ListVersion>().AsNoTracking().OrderByDescending(v => v.ImportedAt).Take(Math.Clamp(most, 1, 1_000)).ToListAsync(cancel)).Select(ListVersionView.Of)];

    public async Task<ListVersionView?> Find(Guid id, CancellationToken cancel) =>
        await db.Set<ListVersion>().AsNoTracking().SingleOrDefaultAsync(v => v.Id == id, cancel) is { } version ? ListVersionView.Of(version) : null;

    /// <summary>What a version changed against the one before, a page at a time; nothing for the first of a list.</summary>
    /// <param name="page">From 1.</param>
    public async Task<(IReadOnlyList<ListChange> Changes, int Pages)> Changes(Guid id, int page, CancellationToken cancel)
    {
        var text = await db.Set<ListContent>().Where(c => c.VersionId == id).Select(c => c.Changes).SingleOrDefaultAsync(cancel);
        var all = text is null ? [] : JsonSerializer.Deserialize<List<ListChange>>(text)!;
        var pages = Math.Max(1, (all.Count + PageSize - 1) / PageSize);
        return ([.. all.Skip((Math.Clamp(page, 1, pages) - 1) * PageSize).Take(PageSize)], pages);
    }
}
