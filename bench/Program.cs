using Pujiang.Bench;

// All jobs, or those named; a number after a name says how much of it.
if (args.Length == 0) args = ["ledger", "payments", "start"];
for (var i = 0; i < args.Length; i++)
{
    var (job, count) = (args[i], 0);
    if (i + 1 < args.Length && int.TryParse(args[i + 1], out count)) i++;
    var failed = job switch
    {
        "ledger" => await LedgerBench.Run(count > 0 ? count : 2_000_000),
        "payments" => await PaymentsBench.Run(count > 0 ? count : 100_000),
        "start" => await StartBench.Run(count > 0 ? count : 2_000),
        "evidence" => await EvidenceBench.Run(count > 0 ? count : 2_000_000),
        "signing" => await SigningBench.Run(count > 0 ? count : 20_000),
        "screening" => ScreeningBench.Run(count > 0 ? count : 20_000),
        _ => Usage(),
    };
    if (failed != 0) return failed;
}
return 0;

static int Usage()
{
    Console.Error.WriteLine("Usage: ./pujiang bench [ledger [ENTRIES]] [payments [TRANSACTIONS]] [start [PEOPLE]] [evidence [ENTRIES]] [screening [NAMES]] [signing [SIGNATURES]]");
    return 2;
}
