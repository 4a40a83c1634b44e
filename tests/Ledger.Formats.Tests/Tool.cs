using System.Diagnostics;

namespace Pujiang.Ledger.Formats.Tests;

/// <summary>The real programs that read our exports.</summary>
static class Tool
{
    public static async Task<string> Run(string program, params string[] arguments)
    {
        Assert.True(File.Exists("/usr/bin/" + program), $"/usr/bin/{program} is missing. Install it with: sudo apt-get install hledger ledger beancount");
        var start = new ProcessStartInfo("/usr/bin/" + program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["LC_ALL"] = "C.UTF-8";
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 && (await errors).Length == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{await errors}\n{await output}");
        return await output;
    }

    /// <summary>What hledger says of each account and commodity.</summary>
    public static async Task<Dictionary<(string Account, string Commodity), decimal>> HledgerBalances(string file) =>
        Parse(await Run("hledger", "-f", file, "balance", "--flat", "--no-total", "--layout=bare", "-O", "csv"), line =>
        {
            var fields = line.Split(',').Select(field => field.Trim('"')).ToArray();
            return (fields[0], fields[1], fields[2]);
        }, skip: 1);

    public static async Task<Dictionary<(string Account, string Commodity), decimal>> LedgerBalances(string file, params string[] options) =>
        Parse(await Run("ledger", ["-f", file, "--args-only", "register", "--format", "%(account)|%(quantity(amount))|%(commodity(amount))\\n", .. options]), line =>
        {
            var fields = line.Split('|');
            return (fields[0], fields[2].Trim('"'), fields[1]);
        });

    /// <summary>bean-query rounds what it prints to the usual digits of the file, so the sums are taken by Beancount's own library.</summary>
    const string BeancountSums = """
        import sys
        from beancount import loader
        from beancount.core import realization
        entries, errors, options = loader.load_file(sys.argv[1])
        assert not errors, errors
        for account in realization.iter_children(realization.realize(entries)):
            for position in account.balance:
                print(account.account, format(position.units.number, "f"), position.units.currency)
        """;

    public static async Task<Dictionary<(string Account, string Commodity), decimal>> BeancountBalances(string file) =>
        Parse(await Run("python3", "-c", BeancountSums, file), line =>
        {
            var fields = line.Split(' ');
            return (fields[0], fields[2], fields[1]);
        });

    static Dictionary<(string, string), decimal> Parse(string output, Func<string, (string, string, string)> read, int skip = 0)
    {
        var balances = new Dictionary<(string, string), decimal>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(skip))
        {
            var (account, commodity, number) = read(line);
            var amount = decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
            var sum = balances.GetValueOrDefault((account, commodity)) + amount;
            balances[(account, commodity)] = sum;
        }
        return balances.Where(balance => balance.Value != 0).ToDictionary();
    }
}
