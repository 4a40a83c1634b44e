using Pujiang.Bench;

return args switch
{
    ["ledger"] => await LedgerBench.Run(entries: 2_000_000),
    ["ledger", var entries] when int.TryParse(entries, out var count) => await LedgerBench.Run(count),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("Usage: Pujiang.Bench ledger [ENTRIES]");
    return 2;
}
