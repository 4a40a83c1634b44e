using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Pujiang.Ledger;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>
/// A whole bank in this process: the platform and the given services on a folder of their own, with a real ledger, a real
/// database, and a clock that the test owns. Closing it checks the books.
/// </summary>
/// <remarks>Background services run only after <see cref="Start"/>, so that a test without them has one thing happening at a time.</remarks>
sealed class TestBank : IAsyncDisposable
{
    /// <summary>2026-03-02, a Monday, 09:30 in the bank's time.</summary>
    public static readonly DateTimeOffset Opening = new(2026, 3, 2, 1, 30, 0, TimeSpan.Zero);

    readonly Action<IServiceCollection>? _modules;
    BankTemplate? _template;
    ServiceProvider _services = null!;
    bool _started;

    TestBank(TestDatabase database, Action<IServiceCollection>? modules) => (Database, _modules) = (database, modules);

    public TestDatabase Database { get; }
    public FakeTimeProvider Clock { get; } = new(Opening);
    public PlatformOptions Options { get; private set; } = null!;

    /// <summary>Ledger, SQLite file and keys.</summary>
    public string Folder => Options.DataFolder;
    public IServiceProvider Services => _services;
    public ILedger Ledger => _services.GetRequiredService<ILedger>();
    public PersonalData PersonalData => _services.GetRequiredService<PersonalData>();

    /// <param name="modules">Adds the services under test: <c>services => services.AddAccounts()</c>.</param>
    public static async Task<TestBank> New(TestDatabase database, Action<IServiceCollection>? modules = null)
    {
        var bank = new TestBank(database, modules);
        bank._template = await BankTemplate.For(database, modules);
        bank.Options = await bank._template.Copy();
        bank.Open();
        return bank;
    }

    /// <summary>Opens a bank that is there, such as a restored one, with its own keys. Closing it deletes it.</summary>
    public static TestBank OpenAt(PlatformOptions options, Action<IServiceCollection>? modules = null)
    {
        var bank = new TestBank(options.PostgreSql is null ? TestDatabase.Sqlite : TestDatabase.PostgreSql, modules) { Options = options };
        bank.Open();
        return bank;
    }

    /// <summary>Does something as one request does: in a scope of its own.</summary>
    public async Task<T> In<T>(Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = _services.CreateAsyncScope();
        return await work(scope.ServiceProvider);
    }

    public async Task In(Func<IServiceProvider, Task> work)
    {
        await using var scope = _services.CreateAsyncScope();
        await work(scope.ServiceProvider);
    }

    /// <summary>Calls one use case as one request does: <c>bank.Call((MakeTransfer transfers) => transfers.Handle(…))</c>.</summary>
    public Task<T> Call<TUseCase, T>(Func<TUseCase, Task<T>> work) where TUseCase : notnull =>
        In(services => work(services.GetRequiredService<TUseCase>()));

    /// <summary>Reads or writes tables directly, to arrange and to assert.</summary>
    public Task<T> Tables<T>(Func<CityDb, Task<T>> work) => Call(work);

    /// <summary>Starts the background services of all modules.</summary>
    public async Task Start()
    {
        _started = true;
        foreach (var service in _services.GetServices<IHostedService>()) await service.StartAsync(CancellationToken.None);
    }

    /// <summary>Starts the followers alone, and returns when they have applied all that is posted now.</summary>
    public async Task StartFollowers()
    {
        _started = true;
        foreach (var follower in _services.GetServices<LedgerFollower>()) await follower.StartAsync(CancellationToken.None);
        await CatchUp();
    }

    /// <summary>Returns when everything posted until now is in the tables.</summary>
    public async Task CatchUp()
    {
        foreach (var follower in _services.GetServices<LedgerFollower>()) await follower.CatchUp(CancellationToken.None);
    }

    /// <summary>Closes the bank in good order and opens it again on the same files and database.</summary>
    public async Task Restart()
    {
        await Close();
        Open();
    }

    /// <summary>
    /// Ends the bank without closing anything, and opens another on what was on disk at this moment: a copy of the files, and
    /// for PostgreSQL the same database after all its connections broke.
    /// </summary>
    /// <param name="between">Called when the old bank is gone and the new one not yet there.</param>
    public async Task Crash(Action? between = null)
    {
        var left = Options;
        var copy = TemporaryFolders.New("bank");
        CopyFiles(left.DataFolder, copy);
        if (left.PostgreSql is { } connection)
        {
            await PostgresServer.Disconnect(connection);
            PostgresServer.ClosePool(connection);
        }
        // What is closed now are the old files, that nobody opens again.
        await Close();
        Directory.Delete(left.DataFolder, recursive: true);
        between?.Invoke();
        Options = left with { DataFolder = copy };
        Open();
    }

    /// <summary>Applies all entries from the first on again, as after the restore of an old database. Nothing may change.</summary>
    public async Task ApplyEverythingAgain()
    {
        await StopServices();
        await Tables(db => db.Set<FollowerPosition>().ExecuteUpdateAsync(set => set.SetProperty(p => p.Sequence, 0)));
        await Restart();
        await CatchUp();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopServices();
            ThrowWhatBroke();
            await LedgerAssert.Balanced(this);
            await Close();
            LedgerAssert.Sound(Options.LedgerFolder);
        }
        finally
        {
            await Close();
            if (Options.PostgreSql is { } connection) await PostgresServer.DropDatabase(connection);
            Directory.Delete(Folder, recursive: true);
        }
    }

    void Open()
    {
        var services = new ServiceCollection();
        Compose(services, Options, Clock, _modules);
        // The key ring belongs to the template: banks with one ring make the same ids and share one compiled model.
        if (_template is not null) services.AddSingleton(_template.PersonalData);
        _services = services.BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true, ValidateOnBuild = true });
        _started = false;
    }

    /// <summary>What the host does, with a ledger that reserves little space.</summary>
    public static void Compose(
        IServiceCollection services, PlatformOptions options, TimeProvider clock, Action<IServiceCollection>? modules)
    {
        services.AddLogging();
        services.AddSingleton(clock);
        services.AddPlatform(options);
        services.AddSingleton(provider => Book.Open(new BookOptions
        {
            Directory = options.LedgerFolder,
            Time = clock,
            SegmentBytes = 1 << 20,
        }));
        modules?.Invoke(services);
    }

    async Task StopServices()
    {
        if (!_started) return;
        _started = false;
        foreach (var service in _services.GetServices<IHostedService>().Reverse()) await service.StopAsync(CancellationToken.None);
    }

    /// <summary>What broke in the background shall break the test.</summary>
    void ThrowWhatBroke()
    {
        foreach (var service in _services.GetServices<IHostedService>().OfType<BackgroundService>())
            if (service.ExecuteTask is { IsFaulted: true } failed) failed.GetAwaiter().GetResult();
    }

    async Task Close()
    {
        await StopServices();
        await _services.DisposeAsync();
        if (Options.PostgreSql is null) BankTemplate.CloseSqlitePool(Options);
    }

    static void CopyFiles(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(folder.Replace(from, to, StringComparison.Ordinal));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            // The lock is held by the bank that ends; SQLite makes its shared memory anew from the log.
            if (Path.GetFileName(file) is not ("lock" or "city.db-shm"))
                File.Copy(file, file.Replace(from, to, StringComparison.Ordinal));
    }
}
