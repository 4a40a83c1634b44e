using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pujiang.Accounts;
using Pujiang.Platform;

namespace Pujiang.Services.Tests;

/// <summary>A list with two names on it, and what compliance does with hits.</summary>
static class Suspects
{
    public const string Listed = "Jose Gomez Quintanilla", ListedFirst = "GOMEZ QUINTANILLA, Jose", OtherNumber = "DE89370400440532013000", OtherBank = "DEUTDEFFXXX";

    public static readonly Caller Sun = Of("sun"), Li = Of("li");

    static Caller Of(string name) => new(null, IsOperator: false) { UserId = NameBasedId.From("office", name), Roles = [Roles.Compliance] };

    public static Task<ImportList.Result> ImportSuspects(this TestBank bank, params IEnumerable<string> more) =>
        bank.Import(SmallList.Ofac([ListedFirst, "SCHULZENDORF, Malvina", .. more])).Value();

    /// <summary>A transfer to somebody at another bank.</summary>
    public static MakeTransfer.Request ToOtherBank(this Customer payer, string name, string amount, string number = OtherNumber, DateOnly? on = null) =>
        new(payer.Account, name, number, OtherBank, amount, "货款", on);

    public static async Task<IReadOnlyList<ReviewHits.Listed>> OpenCases(this TestBank bank) =>
        (await bank.Call((ReviewHits review) => review.List(true, 1, CancellationToken.None))).Cases;

    public static async Task<ReviewHits.View> OnlyCase(this TestBank bank) =>
        (await bank.Call(async (ReviewHits review) => await review.Find(Assert.Single((await review.List(true, 1, CancellationToken.None)).Cases).Id, CancellationToken.None)))!;

    public static Task<Outcome<ReviewHits.View>> ClearHit(this TestBank bank, Guid id, int number = 1, string? reason = "出生日期不同") =>
        bank.Call((ReviewHits review) => review.Clear(id, number, reason, Sun, CancellationToken.None));

    public static Task<Outcome<ApprovalView>> FindTrue(this TestBank bank, Guid id, int number = 1) =>
        bank.Call((ReviewHits review) => review.Escalate(id, number, "同一护照号码", Sun, CancellationToken.None));

    /// <summary>The job that compares everybody again, run now.</summary>
    /// <returns>How many it compared, of how many.</returns>
    public static async Task<(long Done, long Total)> ScreenAgain(this TestBank bank)
    {
        await bank.Call((JobBook jobs) => jobs.RunNow(Platform.ScreenAgain.Name, Sun, CancellationToken.None));
        await bank.Services.GetRequiredService<JobRunner>().RunIfDue(Platform.ScreenAgain.Name, CancellationToken.None);
        var last = (await bank.Call((JobBook jobs) => jobs.Find(Platform.ScreenAgain.Name, CancellationToken.None)))!.Last!;
        Assert.Equal(JobRunState.Succeeded, last.State);
        return (last.Done, last.Total);
    }

    public static Task<TransferState> StateOf(this TestBank bank, Guid transfer) =>
        bank.Tables(db => db.Set<Transfer>().Where(t => t.Id == transfer).Select(t => t.State).SingleOrDefaultAsync());
}
