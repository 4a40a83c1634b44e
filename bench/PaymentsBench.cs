using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Pujiang.Bench;

/// <summary>
/// A large payment file through the whole bank, as `pujiang pay` carries it out: checked, decided, posted to the ledger, kept
/// in the database, printed. Each run has a process and a data folder of its own, so that its peak memory is its own too.
/// </summary>
static class PaymentsBench
{
    const int OwnCreditors = 500;
    const int Debtors = 4;
    const int TransfersInABlock = 1_000;
    const string PostgreSqlVariable = "Pujiang__PostgreSql";

    public static async Task<int> Run(int transfers)
    {
        var schemas = OfficialSchemas();
        Circumstances.Print(
            $"pain.001.001.09 of {transfers:N0} transactions from {Debtors} accounts, one half to {OwnCreditors} creditors at this bank, one half to other banks; ledger and database on disk, both synchronous");
        var folder = Directory.CreateTempSubdirectory("bench-payments-").FullName;
        try
        {
            var (creditors, file) = (Path.Combine(folder, "creditors.xml"), Path.Combine(folder, "payments.xml"));
            WriteCreditors(creditors);
            Write(file, transfers);
            Console.WriteLine($"| file of {new FileInfo(file).Length >> 20} MiB | time | transactions/s | peak memory |");
            Console.WriteLine("| --- | ---: | ---: | ---: |");
            Row("checked only, by our own rules", transfers, await Run(new(), "iso20022", "check", file));
            await Pay("carried out, SQLite", new Settings());
            if (schemas is not null)
            {
                Row("checked only, with the official schema too", transfers, await Run(new(schemas), "iso20022", "check", file));
                await Pay("carried out, SQLite, checked with the official schema too", new Settings(schemas));
            }
            // An empty database: what the bank keeps there belongs to the ledger of this run.
            if (Environment.GetEnvironmentVariable(PostgreSqlVariable) is { Length: > 0 } postgreSql)
                await Pay("carried out, PostgreSQL (its own memory not counted)", new Settings(PostgreSql: postgreSql));
            return 0;

            async Task Pay(string what, Settings settings)
            {
                var data = Path.Combine(folder, "data");
                await Run(settings, "pay", creditors, "--demo", "--data", data);
                Row(what, transfers, await Run(settings, "pay", file, "--demo", "--data", data));
                await Run(settings, "ledger", "verify", "--data", data);
                Directory.Delete(data, recursive: true);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    sealed record Settings(string? Schemas = null, string? PostgreSql = null);

    /// <param name="PeakKiB">VmHWM: the most physical memory the process ever had.</param>
    sealed record Measured(TimeSpan Time, long PeakKiB);

    static void Row(string what, int transfers, Measured run) =>
        Console.WriteLine($"| {what} | {run.Time.TotalSeconds:N1} s | {transfers / run.Time.TotalSeconds:N0} | {run.PeakKiB / 1024:N0} MiB |");

    /// <summary>Runs the command line in a process of its own and stops the whole bench if anything was not carried out.</summary>
    static async Task<Measured> Run(Settings settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Pujiang.Cli.dll"), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[PostgreSqlVariable] = settings.PostgreSql;
        start.Environment["Iso20022__Schemas"] = settings.Schemas;
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The command line did not start.");
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var ended = process.WaitForExitAsync();
        long peak = 0;
        // The figure can't be read when the process is gone; it only grows, so the last reading counts.
        while (!ended.IsCompleted)
        {
            peak = Math.Max(peak, PeakOf(process.Id));
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }
        var time = watch.Elapsed;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', arguments)} ended with {process.ExitCode}: {string.Join('\n', (await said).Select(Tail))}");
        return new Measured(time, peak);
    }

    static string Tail(string text) => text[Math.Max(0, text.Length - 1_000)..];

    static long PeakOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(l => l.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Those of the reference data, if they are there.</summary>
    static string? OfficialSchemas()
    {
        var data = Environment.GetEnvironmentVariable("PUJIANG_DATA") is { Length: > 0 } named ? named : "../shared/data";
        var folder = Path.GetFullPath(Path.Combine(data, "iso20022", "xsd"));
        return Directory.Exists(folder) ? folder : null;
    }

    /// <summary>One cent from each creditor-to-be: with --demo that opens their accounts.</summary>
    static void WriteCreditors(string path)
    {
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false));
        WriteHeader(writer, "CREDITORS", OwnCreditors, OwnCreditors * 0.01m);
        for (var i = 0; i < OwnCreditors; i++)
        {
            WriteBlock(writer, $"C{i}", 1, 0.01m, OwnNumber(i), OwnName(i));
            WriteTransfer(writer, i, 0.01m, own: false);
            writer.Write("</PmtInf>\n");
        }
        writer.Write("</CstmrCdtTrfInitn></Document>\n");
    }

    static void Write(string path, int transfers)
    {
        using var writer = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 16);
        WriteHeader(writer, "PAYMENTS", transfers, transfers * 1.01m);
        for (var first = 0; first < transfers; first += TransfersInABlock)
        {
            var (block, count) = (first / TransfersInABlock, Math.Min(TransfersInABlock, transfers - first));
            WriteBlock(writer, $"P{block}", count, count * 1.01m, $"62003000000{block % Debtors}", $"浦江纺织 {block % Debtors}");
            for (var i = first; i < first + count; i++) WriteTransfer(writer, i, 1.01m, own: i % 2 == 0);
            writer.Write("</PmtInf>\n");
        }
        writer.Write("</CstmrCdtTrfInitn></Document>\n");
    }

    static string OwnNumber(int creditor) => $"6200100{creditor:D5}";

    static string OwnName(int creditor) => $"张三 {creditor}";

    static void WriteHeader(TextWriter writer, string id, int count, decimal sum) => writer.Write(
        $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn>
        <GrpHdr><MsgId>{id}</MsgId><CreDtTm>2026-05-31T09:00:00+08:00</CreDtTm><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum><InitgPty><Nm>浦江纺织</Nm></InitgPty></GrpHdr>

        """);

    static void WriteBlock(TextWriter writer, string id, int count, decimal sum, string number, string name) => writer.Write(
        $"""
        <PmtInf><PmtInfId>{id}</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum>
        <PmtTpInf><SvcLvl><Cd>NURG</Cd></SvcLvl></PmtTpInf><ReqdExctnDt><Dt>2026-06-01</Dt></ReqdExctnDt>
        <Dbtr><Nm>{name}</Nm></Dbtr><DbtrAcct><Id><Othr><Id>{number}</Id></Othr></Id><Ccy>CNY</Ccy></DbtrAcct>
        <DbtrAgt><FinInstnId><BICFI>PUJBCNSHXXX</BICFI></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>

        """);

    static void WriteTransfer(TextWriter writer, int i, decimal amount, bool own)
    {
        var creditor = i / 2 % OwnCreditors;
        var (bic, name, account) = own
            ? ("PUJBCNSHXXX", OwnName(creditor), $"<Othr><Id>{OwnNumber(creditor)}</Id></Othr>")
            : ("COBADEFFXXX", $"Muster GmbH {i}", "<IBAN>DE89370400440532013000</IBAN>");
        writer.Write(
            $"""
            <CdtTrfTxInf><PmtId><InstrId>I{i}</InstrId><EndToEndId>E2E-{i:D7}</EndToEndId><UETR>{i:x8}-c9d0-4234-ab12-345678901234</UETR></PmtId>
              <Amt><InstdAmt Ccy="CNY">{amount}</InstdAmt></Amt>
              <CdtrAgt><FinInstnId><BICFI>{bic}</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>{name}</Nm><PstlAdr><TwnNm>Shanghai</TwnNm><Ctry>CN</Ctry></PstlAdr></Cdtr>
              <CdtrAcct><Id>{account}</Id></CdtrAcct><Purp><Cd>SALA</Cd></Purp><RmtInf><Ustrd>工资 2026-05 / salary {i}</Ustrd></RmtInf></CdtTrfTxInf>

            """);
    }
}
