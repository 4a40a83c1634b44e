using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pujiang.Ledger.Simulator;

namespace Pujiang.Cli;

/// <summary>Runs the ledger's simulator from one or many seeds. Touches no bank.</summary>
static class SimulateCommand
{
    const int Differs = 2;
    static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);

    static readonly Option<long?> Seed = new("--seed") { Description = "First seed [default: a fresh one, which is printed]", HelpName = "N" };
    static readonly Option<int> Steps = new("--steps") { Description = "Steps of each seed", HelpName = "M", DefaultValueFactory = _ => 2000 };
    static readonly Option<int> Seeds = new("--seeds") { Description = "How many seeds, one after the other", HelpName = "K", DefaultValueFactory = _ => 1 };
    static readonly Option<double?> Minutes = new("--minutes") { Description = "Go on with further seeds for so long, instead of --seeds", HelpName = "T" };
    static readonly Option<int> Parallel = new("--parallel") { Description = "Seeds at a time", HelpName = "P", DefaultValueFactory = _ => Environment.ProcessorCount };

    public static Command Make()
    {
        var simulate = new Command("simulate", "Run the ledger on a simulated disk with faults, beside a model. Exit code 0: no difference, 2: a difference, told with how to see it again")
        {
            Seed, Steps, Seeds, Minutes, Parallel,
        };
        simulate.SetAction((parsed, cancel) => Task.Run(() => new Session(parsed).Run(cancel), cancel));
        return simulate;
    }

    sealed class Session(ParseResult parsed)
    {
        readonly long _first = parsed.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        readonly int _steps = AtLeastOne(parsed, Steps);
        readonly int _seeds = AtLeastOne(parsed, Seeds);
        readonly double? _minutes = parsed.GetValue(Minutes);
        readonly long _began = Stopwatch.GetTimestamp();
        readonly SortedDictionary<long, SimulationReport> _reports = [];
        long _next;
        long _toldAt;

        public int Run(CancellationToken cancel)
        {
            var workers = Enumerable.Range(0, AtLeastOne(parsed, Parallel)).Select(_ => new Thread(() => Work(cancel))).ToList();
            workers.ForEach(worker => worker.Start());
            workers.ForEach(worker => worker.Join());
            cancel.ThrowIfCancellationRequested();
            Print();
            return _reports.Values.All(report => report.Failure is null) ? 0 : Differs;
        }

        void Work(CancellationToken cancel)
        {
            while (!cancel.IsCancellationRequested && HasFound() is false && Interlocked.Increment(ref _next) - 1 is var index && IsInTime(index))
            {
                var report = Simulation.Run(new SimulationOptions(_first + index, _steps), cancel);
                lock (_reports)
                {
                    _reports.Add(report.Seed, report);
                    TellProgress();
                }
            }
        }

        bool IsInTime(long index) => _minutes is { } minutes ? Stopwatch.GetElapsedTime(_began).TotalMinutes < minutes : index < _seeds;

        bool HasFound()
        {
            lock (_reports) return _reports.Values.Any(report => report.Failure is not null);
        }

        void TellProgress()
        {
            if (Stopwatch.GetElapsedTime(_toldAt == 0 ? _began : _toldAt) < ProgressEvery) return;
            _toldAt = Stopwatch.GetTimestamp();
            Console.Error.WriteLine($"{Count(_reports.Count)} seeds, {Count(_reports.Values.Sum(report => (long)report.Steps))} steps, {Count(_reports.Values.Sum(report => report.Restarts))} restarts");
        }

        void Print()
        {
            var reports = _reports.Values;
            var table = new TextTable("what", "count").Right(1);
            table.Row("seeds", Count(reports.Count));
            table.Row("steps", Count(reports.Sum(report => (long)report.Steps)));
            table.Row("calls", Count(reports.Sum(report => report.Calls)));
            table.Row("entries posted", Count(reports.Sum(report => report.Entries)));
            table.Row("restarts", Count(reports.Sum(report => report.Restarts)));
            table.Row("of them with a snapshot", Count(reports.Sum(report => report.Snapshots)));
            foreach (var fault in Enum.GetValues<FaultKind>()) table.Row(Words(fault), Count(reports.Sum(report => report.Faults.GetValueOrDefault(fault))));
            table.Print(Console.Out);
            Console.WriteLine($"seeds {_first} to {_first + reports.Count - 1}, {_steps} steps each, {Stopwatch.GetElapsedTime(_began).TotalSeconds.ToString("F1", CultureInfo.InvariantCulture)} s");
            Console.WriteLine($"digest {Digest()}");
            foreach (var report in reports)
                if (report.Failure is { } failure) Print(report.Seed, failure);
            if (reports.All(report => report.Failure is null)) Console.WriteLine("NO DIFFERENCE: every answer was the model's, and all that was acknowledged was there after every restart.");
        }

        static void Print(long seed, SimulationFailure failure)
        {
            Console.WriteLine();
            Console.WriteLine($"DIFFERENCE in seed {seed}, step {failure.Step}: {failure.What}");
            Console.WriteLine("The steps before it:");
            foreach (var line in failure.Trace) Console.WriteLine($"  {line}");
            Console.WriteLine($"See it again: {failure.Replay}");
        }

        /// <summary>Of one seed its own; of several the SHA-256 of theirs, in the order of the seeds.</summary>
        string Digest() => _reports.Count == 1
            ? _reports.Values.First().Digest
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(_reports.Values.Select(report => report.Digest)))));

        static int AtLeastOne(ParseResult parsed, Option<int> option) =>
            parsed.GetValue(option) is > 0 and var value ? value : throw new CommandFailed($"{option.Name} must be 1 or more.");

        static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

        /// <summary>BitRotWhileOpen: bit rot while open.</summary>
        static string Words(FaultKind fault) =>
            string.Concat(fault.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $" {char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));
    }
}
