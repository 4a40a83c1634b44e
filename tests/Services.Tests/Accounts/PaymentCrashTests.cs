using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A payment file survives the end of the process at every point: sent again, each of its lines is there once.</summary>
public sealed class PaymentCrashTests
{
    const string Debtor = "6200123456789";
    static readonly Caller Operator = new(null, IsOperator: true);

    [Theory, BothDatabases]
    public async Task Submit_KilledAndSentAgain_PaysEachLineOnce(TestDatabase database)
    {
        var test = new CrashTest
        {
            Database = database,
            Modules = services => services.AddAccounts(),
            // Enough for two of the three lines, so that one is refused by the ledger.
            Arrange = bank => bank.In(services => OpenDebtor(services, "2.50")),
        };
        await test.Retried(Submit, (_, answer) =>
        {
            Assert.Equal("PART ACSC ACSC RJCT:AM04", answer);
            return Task.CompletedTask;
        });
    }

    /// <summary>Three lines that are due on the day of the test bank.</summary>
    static MemoryStream File() => new(Encoding.UTF8.GetBytes(PaymentFiles.Text(3).Replace("2026-06-01", "2026-03-02", StringComparison.Ordinal)));

    static async Task OpenDebtor(IServiceProvider services, string amount)
    {
        var accounts = services.GetRequiredService<OpenAccount>();
        using var file = File();
        var debtor = Assert.Single(DemoDebtor.In(file));
        Assert.True((await accounts.Register(debtor.Owner, CancellationToken.None)).Try(out var party, out _));
        Assert.True((await accounts.Handle(new OpenAccount.Request(party, "CNY", Debtor), CancellationToken.None)).Try(out var account, out _));
        Assert.True((await accounts.PayIn(account.Id, amount, "arranged", CancellationToken.None)).Try(out _, out _));
    }

    static async Task<string> Submit(IServiceProvider services)
    {
        using var file = File();
        var taken = await services.GetRequiredService<SubmitPaymentFile>().Handle(file, Operator, CancellationToken.None);
        Assert.True(taken.Try(out var result, out _));
        // What the next run of due payments does after a crash that the sender saw as an answer.
        await services.GetRequiredService<ExecutePayments>().ExecuteDue(CancellationToken.None);
        var files = services.GetRequiredService<Pujiang.Accounts.PaymentFiles>();
        var summary = await files.Summary(result.FileId!.Value, Operator, CancellationToken.None);
        var lines = await files.Lines(result.FileId.Value, Operator, 0, 10, CancellationToken.None);
        return string.Join(' ', [summary!.Status, .. lines!.Select(l => l.Status == "RJCT" ? $"RJCT:{l.Reason}" : l.Status)]);
    }
}
