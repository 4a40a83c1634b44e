using Microsoft.Extensions.Time.Testing;

namespace Pujiang.Ledger.Tests;

/// <summary>A real book in a directory of its own, on a clock that the test owns.</summary>
sealed class TestBook : IAsyncDisposable
{
    public static readonly DateTime Start = new(2026, 3, 1, 8, 0, 0, DateTimeKind.Utc);
    public static readonly Asset Cny = new("CNY", 2);

    TestBook(string directory, FakeTimeProvider time, Book book) => (Directory, Time, Book) = (directory, time, book);

    public string Directory { get; }
    public FakeTimeProvider Time { get; }
    public Book Book { get; private set; }

    public static TestBook New(Func<BookOptions, BookOptions>? change = null)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("ledger-").FullName;
        var time = new FakeTimeProvider(Start);
        return new TestBook(directory, time, Open(directory, time, change));
    }

    static Book Open(string directory, FakeTimeProvider time, Func<BookOptions, BookOptions>? change)
    {
        var options = new BookOptions { Directory = directory, Time = time, SegmentBytes = 1 << 20 };
        return Book.Open(change is null ? options : change(options));
    }

    public async Task Restart(Func<BookOptions, BookOptions>? change = null)
    {
        await Book.DisposeAsync();
        Book = Open(Directory, Time, change);
    }

    public static AccountId Id(int number) => new(new Guid(number, 1, 1, new byte[8]));
    public static EntryId EntryId(int number) => new(new Guid(number, 2, 2, new byte[8]));

    public static Account Account(int number, AccountKind kind = AccountKind.Liability, Limits? limits = null) => new()
    {
        Id = Id(number),
        Asset = Cny,
        Kind = kind,
        ChartCode = kind == AccountKind.Asset ? "1001" : "2011",
        Limits = limits ?? Limits.NoOverdraft,
        Reference = $"test/{number}",
    };

    public static Entry Transfer(int id, int from, int to, long amount) => new()
    {
        Id = EntryId(id),
        ValueDate = new DateOnly(2026, 3, 1),
        Legs = [Leg.Debit(Id(from), amount), Leg.Credit(Id(to), amount)],
    };

    public async Task<EntryResult> Post(Entry entry) => Assert.Single(await Book.Post([entry]));

    public async ValueTask DisposeAsync()
    {
        await Book.DisposeAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
