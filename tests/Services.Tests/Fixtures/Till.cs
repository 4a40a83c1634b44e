using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>The smallest service that moves money: cash is paid in, and a row keeps the receipt. For testing the fixtures.</summary>
sealed class Till(CityDb db, ILedger ledger, [FromKeyedServices(typeof(TillOwner))] LedgerFollower follower)
{
    public static readonly AccountId Cash = new(NameBasedId.From("till", "cash")), Deposits = new(NameBasedId.From("till", "deposits"));
    static readonly DateOnly Day = new(2026, 3, 2);

    public sealed record View(string Key, long Amount, int Times);

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ICityTables, TillTables>();
        services.AddSingleton(new TillOwner.Mistakes());
        services.AddLedgerOwner<TillOwner>();
        services.AddScoped<Till>();
    }

    public static async Task OpenAccounts(ILedger ledger)
    {
        var opened = await ledger.Open(
        [
            new Account { Id = Cash, Asset = Assets.Cny, Kind = AccountKind.Asset, ChartCode = "1001", Reference = "till/cash" },
            new Account { Id = Deposits, Asset = Assets.Cny, Kind = AccountKind.Liability, ChartCode = "2011", Reference = "till/deposits" },
        ]);
        Assert.All(opened, status => Assert.Equal(OpenStatus.Opened, status));
    }

    public static Entry Entry(string key, long amount, string id = "") => new()
    {
        Id = new EntryId(NameBasedId.From("till", key, id)),
        Legs = [Leg.Debit(Cash, amount), Leg.Credit(Deposits, amount)],
        ValueDate = Day,
        Reference = $"till/{key}",
    };

    /// <summary>As it should be.</summary>
    public async Task<View> PayIn(string key, long amount)
    {
        var result = (await ledger.Post([Entry(key, amount)]))[0];
        Invariant.Holds(result.IsPosted);
        await follower.Apply(result.Sequence, CancellationToken.None);
        return ViewOf(await db.Set<Receipt>().SingleAsync(r => r.Key == key));
    }

    /// <summary>Wrong: the entry's id is a new one each time it is tried.</summary>
    public async Task<View> PayInWithNewIds(string key, long amount)
    {
        var result = (await ledger.Post([Entry(key, amount, id: $"{ledger.LastSequence}")]))[0];
        Invariant.Holds(result.IsPosted);
        await follower.Apply(result.Sequence, CancellationToken.None);
        return ViewOf(await db.Set<Receipt>().SingleAsync(r => r.Key == key));
    }

    /// <summary>Wrong: the row is there before the money is.</summary>
    public async Task<View> PayInAfterSaving(string key, long amount)
    {
        if (await db.Set<Receipt>().SingleOrDefaultAsync(r => r.Key == key) is not { } receipt)
        {
            db.Add(receipt = new Receipt { Key = key, Amount = amount });
            await db.SaveChangesAsync();
        }
        await ledger.Post([Entry(key, amount)]);
        return ViewOf(receipt);
    }

    /// <summary>Wrong: only the handler writes this row, so nobody does after a crash.</summary>
    public async Task<View> PayInWithoutFollower(string key, long amount)
    {
        await ledger.Post([Entry($"unowned/{key}", amount) with { Reference = $"nobody/{key}" }]);
        if (await db.Set<Receipt>().SingleOrDefaultAsync(r => r.Key == key) is not { } receipt)
        {
            db.Add(receipt = new Receipt { Key = key, Amount = amount });
            await db.SaveChangesAsync();
        }
        return ViewOf(receipt);
    }

    /// <summary>Wrong: what it answers depends on whether it was tried before.</summary>
    public async Task<View> PayInTellingAgain(string key, long amount)
    {
        var again = await db.Set<Receipt>().AnyAsync(r => r.Key == key);
        var view = await PayIn(key, amount);
        return again ? view with { Amount = 0 } : view;
    }

    static View ViewOf(Receipt receipt) => new(receipt.Key, receipt.Amount, receipt.Times);
}

sealed class Receipt
{
    public required string Key { get; init; }
    public long Amount { get; set; }

    /// <summary>How often an entry was applied: 1, unless the owner makes its mistake.</summary>
    public int Times { get; set; } = 1;
}

sealed class TillOwner(TillOwner.Mistakes mistakes) : ILedgerOwner
{
    /// <param name="AppliesTwice">An entry that was applied before is applied again.</param>
    public sealed record Mistakes(bool AppliesTwice = false);

    public string Service => "till";

    public async Task OnPosted(CityDb db, IReadOnlyList<PostedEntry> entries, CancellationToken cancel)
    {
        foreach (var posted in entries)
        {
            var key = posted.Entry.Reference["till/".Length..];
            var known = db.Set<Receipt>().Local.FirstOrDefault(r => r.Key == key)
                ?? await db.Set<Receipt>().SingleOrDefaultAsync(r => r.Key == key, cancel);
            if (known is null) db.Add(new Receipt { Key = key, Amount = posted.Entry.Legs[0].Amount });
            else if (mistakes.AppliesTwice) known.Times++;
        }
    }
}

sealed class TillTables : ICityTables
{
    public string Schema => "till";

    public void Configure(TableModel model) => model.Entity<Receipt>("receipt").HasKey(r => r.Key);
}
