using Microsoft.EntityFrameworkCore;
using Pujiang.Accounts;
using Pujiang.Platform;
using SentFiles = Pujiang.Accounts.PaymentFiles;

namespace Pujiang.Services.Tests;

/// <summary>Names on a list hold what is done with them, until compliance has looked.</summary>
public sealed class ReviewTests
{
    static async Task<(TestBank Bank, Customer Payer)> Open(TestDatabase database)
    {
        var bank = await TestBank.New(database, Customer.Add);
        await bank.ImportSuspects();
        return (bank, await Customer.Open(bank, 0, paidIn: "1000.00"));
    }

    [Theory, BothDatabases]
    public async Task Transfer_ToAListedName_IsHeldAndNotPosted(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        var made = await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "300.00")).Value();
        Assert.Equal((TransferState.Held, null, null), (made.State, made.Reference, made.PostedAt));
        var account = await payer.View(bank);
        Assert.Equal((1000m, 700m), (account.Balance.ToDecimal(), account.Available.ToDecimal()));

        var found = await bank.OnlyCase();
        Assert.Equal((ScreeningOccasion.Payment, true, "payee"), (found.Occasion, found.Holds, found.Hits[0].Role));
        Assert.Equal((Suspects.Listed, "OFAC", "strong"), (found.Hits[0].Asked.Name, found.Hits[0].Found.List, found.Hits[0].Found.Grade));
        // The same request again is the same transfer.
        Assert.Equal(made.Id, (await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "300.00")).Value()).Id);
        Assert.Single(await bank.OpenCases());
    }

    [Theory, BothDatabases]
    public async Task Transfer_ToAnUnlistedName_IsPostedAtOnce(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        Assert.Equal(TransferState.Posted, (await payer.Transfer(bank, payer.ToOtherBank("Hans Meier", "300.00")).Value()).State);
        Assert.Empty(await bank.OpenCases());
    }

    [Theory, BothDatabases]
    public async Task Clear_OnlyHit_SendsThePaymentAndRemembersThePair(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        var made = await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "300.00")).Value();
        var found = await bank.OnlyCase();
        Assert.Equal("case_reason_missing", await bank.ClearHit(found.Id, reason: " ").Code());
        Assert.Equal("case_not_found", await bank.ClearHit(found.Id, number: 7).Code());

        var cleared = await bank.ClearHit(found.Id).Value();

        Assert.Equal(CaseState.Cleared, cleared.State);
        Assert.NotNull(cleared.SettledAt);
        Assert.Equal("case_decided", await bank.ClearHit(found.Id).Code());
        var after = (await bank.Call((ScheduledTransfers transfers) => transfers.Find(made.Id, payer.Caller, CancellationToken.None)))!;
        Assert.Equal(TransferState.Posted, after.State);
        Assert.NotNull(after.Reference);
        Assert.Equal(700, await payer.Balance(bank));
        Assert.Equal(199_700m, (await payer.View(bank)).LeftToday.ToDecimal());
        // The same person at the same account is known now; the name at another account is not.
        Assert.Equal(TransferState.Posted, (await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "1.00"), "k2").Value()).State);
        Assert.Equal(TransferState.Held, (await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "1.00", "GB29NWBK60161331926819"), "k3").Value()).State);
    }

    [Theory, BothDatabases]
    public async Task Clear_Pair_HoldsForAllItsPaymentsUntilTheEntryChanges(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        var first = await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "1.00"), "k1").Value();
        var second = await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "2.00"), "k2").Value();
        var cases = await bank.OpenCases();
        Assert.Equal(2, cases.Count);
        await bank.ClearHit(cases[0].Id).Value();
        Assert.Equal((TransferState.Posted, TransferState.Posted), (await bank.StateOf(first.Id), await bank.StateOf(second.Id)));
        Assert.Empty(await bank.OpenCases());

        await bank.Import(System.Text.Encoding.UTF8.GetBytes("1,\"GOMEZ QUINTANILLA, Jose\",\"individual\",\"SDNT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"DOB 1961.\"\r\n"
            + "2,\"SCHULZENDORF, Malvina\",\"individual\",\"SDNT\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n")).Value();
        Assert.Equal(TransferState.Held, (await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "3.00"), "k3").Value()).State);
    }

    [Theory, BothDatabases]
    public async Task Escalate_ApprovedByAnother_RefusesThePaymentWithoutSayingWhy(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        var made = await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "300.00")).Value();
        var found = await bank.OnlyCase();
        var asked = await bank.FindTrue(found.Id).Value();
        Assert.Equal("case_escalated", await bank.ClearHit(found.Id).Code());
        Assert.Equal("approval_own", await bank.Approve(asked, Suspects.Sun).Code());

        Assert.Equal(ApprovalState.Executed, (await bank.Approve(asked, Suspects.Li).Value()).State);

        var after = (await bank.Call((ScheduledTransfers transfers) => transfers.Find(made.Id, payer.Caller, CancellationToken.None)))!;
        Assert.Equal((TransferState.Refused, "payment_not_possible"), (after.State, after.Refusal));
        var account = await payer.View(bank);
        Assert.Equal((1000m, 1000m, 200_000m, false), (account.Balance.ToDecimal(), account.Available.ToDecimal(), account.LeftToday.ToDecimal(), account.Frozen));
        Assert.Equal(CaseState.Confirmed, (await bank.Call((ReviewHits review) => review.Find(found.Id, CancellationToken.None)))!.State);
    }

    [Theory, BothDatabases]
    public async Task Escalate_RefusedByAnother_IsOpenAgain(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "300.00")).Value();
        var found = await bank.OnlyCase();
        await bank.Refuse(await bank.FindTrue(found.Id).Value(), Suspects.Li, "不是同一人").Value();
        Assert.Null((await bank.OnlyCase()).Approval);
        await bank.FindTrue(found.Id).Value();
        Assert.NotNull((await bank.OnlyCase()).Approval);
    }

    [Theory, BothDatabases]
    public async Task Payer_OnANewList_IsHeldAndBlockedWhenTrue(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        var payee = await Customer.Open(bank, 1);
        await bank.ImportSuspects(payer.Name);
        await bank.ScreenAgain();
        var again = await bank.OnlyCase();
        Assert.Equal((ScreeningOccasion.NewList, "customer"), (again.Occasion, again.Hits[0].Role));
        var made = await payer.Transfer(bank, payer.To(payee, "10.00")).Value();
        Assert.Equal(TransferState.Held, made.State);
        Assert.Equal("customer_in_review", await OpenEuro(bank, payer));

        var payment = Assert.Single(await bank.OpenCases(), one => one.Occasion == ScreeningOccasion.Payment);
        await bank.Approve(await bank.FindTrue(payment.Id).Value(), Suspects.Li).Value();

        Assert.Equal(TransferState.Refused, await bank.StateOf(made.Id));
        Assert.True((await payer.View(bank)).Frozen);
        Assert.Equal("account_frozen", await payer.Transfer(bank, payer.To(payee, "1.00"), "k2").Code());
        Assert.Equal("customer_not_possible", await OpenEuro(bank, payer));
    }

    static Task<string> OpenEuro(TestBank bank, Customer customer) =>
        bank.Call((OpenAccount counter) => counter.Handle(new OpenAccount.Request(customer.Party, "EUR", null), CancellationToken.None)).Code();

    [Theory, BothDatabases]
    public async Task Register_ListedName_GetsAnAccountOnlyAfterReview(TestDatabase database)
    {
        await using var bank = await TestBank.New(database, Customer.Add);
        var citizen = new Population(1, 100, 10, new DateOnly(2026, 3, 2)).Person(5);
        await bank.ImportSuspects(citizen.Name.Chinese);
        var party = await bank.Call((OpenAccount counter) => counter.Register(
            new OpenAccount.Customer(PartyKind.Person, citizen.Name.Chinese, citizen.IdNumber, citizen.Phone), CancellationToken.None)).Value();
        var request = new OpenAccount.Request(party, null, null);
        Assert.Equal("customer_in_review", await bank.Call((OpenAccount counter) => counter.Handle(request, CancellationToken.None)).Code());

        var found = await bank.OnlyCase();
        Assert.Equal((ScreeningOccasion.NewCustomer, citizen.Born), (found.Occasion, found.Hits[0].Asked.BirthDate));
        await bank.ClearHit(found.Id).Value();

        await bank.Call((OpenAccount counter) => counter.Handle(request, CancellationToken.None)).Value();
        await bank.ScreenAgain();
        Assert.Empty(await bank.OpenCases());
    }

    [Theory, BothDatabases]
    public async Task Payee_ListedName_ComesIntoTheQueueAndStaysInTheBook(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        await bank.Call((Payees book) => book.Save(payer.Party, new Payees.Request(Suspects.Listed, Suspects.OtherNumber, Suspects.OtherBank), CancellationToken.None)).Value();
        var found = await bank.OnlyCase();
        Assert.Equal((ScreeningOccasion.NewPayee, false), (found.Occasion, found.Holds));
        // Saved again, or compared again, it is the same case; cleared here, a payment goes through.
        await bank.Call((Payees book) => book.Save(payer.Party, new Payees.Request(Suspects.Listed, Suspects.OtherNumber, Suspects.OtherBank), CancellationToken.None)).Value();
        await bank.ScreenAgain();
        await bank.OnlyCase();
        await bank.ClearHit(found.Id).Value();
        Assert.Equal(TransferState.Posted, (await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "1.00")).Value()).State);
    }

    [Theory, BothDatabases]
    public async Task ScreenAgain_NewVersion_ComparesCustomersAndPayeesOnce(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        await bank.Call((Payees book) => book.Save(payer.Party, new Payees.Request("Hans Quartermain", Suspects.OtherNumber, Suspects.OtherBank), CancellationToken.None)).Value();
        await bank.ScreenAgain();
        Assert.Empty(await bank.OpenCases());
        await bank.ImportSuspects("QUARTERMAIN, Hans", payer.Name);
        Assert.Equal((2, 2), await bank.ScreenAgain());
        Assert.Equal(2, (await bank.OpenCases()).Count);
        Assert.Equal((0, 0), await bank.ScreenAgain());
        Assert.Equal(2, (await bank.OpenCases()).Count);
    }

    [Theory, BothDatabases]
    public async Task ScheduledTransfer_OnItsDay_IsHeld(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        var planned = await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "300.00", on: new DateOnly(2026, 3, 3))).Value();
        Assert.Equal(TransferState.Scheduled, planned.State);
        Assert.Empty(await bank.OpenCases());
        bank.Clock.Advance(TimeSpan.FromDays(1));
        await bank.Call((ScheduledTransfers transfers) => transfers.ExecuteDue(CancellationToken.None));
        Assert.Equal(TransferState.Held, await bank.StateOf(planned.Id));
        Assert.Equal("transfer_not_scheduled", await bank.Call((ScheduledTransfers transfers) => transfers.Cancel(planned.Id, payer.Caller, CancellationToken.None)).Code());
        await bank.ClearHit((await bank.OnlyCase()).Id).Value();
        Assert.Equal(TransferState.Posted, await bank.StateOf(planned.Id));
    }

    [Theory, BothDatabases]
    public async Task PaymentFile_ListedCreditorOrDebtor_HoldsThatLineAlone(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        var order = new PaymentOrder("M1", new PaymentOrder.Block("P1", payer.Number, new DateOnly(2026, 3, 2),
            new PaymentOrder.Line("E1", "10.00", "Hans Meier", Suspects.OtherNumber, Suspects.OtherBank),
            new PaymentOrder.Line("E2", "20.00", Suspects.Listed, Suspects.OtherNumber, Suspects.OtherBank),
            new PaymentOrder.Line("E3", "30.00", "Malvina Schulzendorf", "GB29NWBK60161331926819", "NWBKGB2LXXX")));
        var file = (await order.Submit(bank, payer.Caller).Value()).FileId!.Value;
        Assert.Equal(["ACSC", "PDNG", "PDNG"], await Statuses());

        var cases = await bank.OpenCases();
        Assert.Equal(2, cases.Count);
        await bank.ClearHit(cases.Single(one => one.Who == Suspects.Listed).Id).Value();
        await bank.Approve(await bank.FindTrue(cases.Single(one => one.Who != Suspects.Listed).Id).Value(), Suspects.Li).Value();

        Assert.Equal(["ACSC", "ACSC", "RJCT MS03"], await Statuses());
        Assert.Equal(970, await payer.Balance(bank));

        async Task<IEnumerable<string>> Statuses() =>
            (await bank.Call((SentFiles files) => files.Lines(file, payer.Caller, 0, 100, CancellationToken.None)))!.Select(line => $"{line.Status} {line.Reason}".Trim());
    }

    [Theory, BothDatabases]
    public async Task Case_IsSealedAtRestAndLeavesEvidence(TestDatabase database)
    {
        var (bank, payer) = await Open(database);
        await using var _ = bank;
        await payer.Transfer(bank, payer.ToOtherBank(Suspects.Listed, "300.00")).Value();
        var found = await bank.OnlyCase();
        await bank.ClearHit(found.Id).Value();
        Assert.Equal(2, await bank.Tables(db => db.Set<EvidenceRecord>().CountAsync(r => r.Reference == found.EvidenceReference)));
        Assert.Equal(["screening/cleared", "screening/opened"], await bank.Tables(db => db.Set<AuditEntry>().Where(a => a.Action.StartsWith("screening/") && a.Subject == found.EvidenceReference)
            .Select(a => a.Action).Order().ToListAsync()));
    }
}
