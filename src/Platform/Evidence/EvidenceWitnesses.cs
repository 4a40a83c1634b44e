using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pujiang.Platform;

/// <summary>A witness that this bank asks for signatures.</summary>
/// <param name="Url">Where it answers; "/add-checkpoint" is put behind it.</param>
/// <param name="Key">Its public key (vkey). Empty to ask the witness itself once, at "/key", and keep what it said.</param>
public sealed record EvidenceWitness(string Url, string Key = "");

/// <summary>The witnesses of the log: who they are, and how they stand to it.</summary>
public sealed class EvidenceWitnesses
{
    /// <summary>The name of the HTTP client that asks them.</summary>
    internal const string Client = "evidence-witness";

    readonly IReadOnlyList<One> _all;

    public EvidenceWitnesses(PlatformOptions options) => _all = [.. options.EvidenceWitnesses.Select(witness => new One(witness, options))];

    internal IReadOnlyList<One> All => _all;

    /// <summary>A witness as it is shown.</summary>
    /// <param name="Key">Null while it is not known.</param>
    /// <param name="Problem">Why it has not signed the newest checkpoint, in English; null when it has, or nothing is wrong.</param>
    public sealed record State(string Url, NoteKey? Key, string? Problem);

    public IReadOnlyList<State> States => [.. _all.Select(one => new State(one.Url, one.Key, one.Problem))];

    /// <summary>The keys of those who have signed this checkpoint.</summary>
    internal IReadOnlyList<string> KeysOf(Checkpoint checkpoint) =>
        [.. checkpoint.SignedBy(_all.Select(one => one.Key).OfType<NoteKey>()).Select(key => key.ToString())];

    internal sealed class One
    {
        readonly string _pinned;

        public One(EvidenceWitness witness, PlatformOptions options)
        {
            Url = witness.Url.TrimEnd('/');
            _pinned = Path.Combine(options.EvidenceKeys, $"witness-{NameBasedId.From("evidence", "witness", Url):n}.pub");
            var text = witness.Key.Length > 0 ? witness.Key : File.Exists(_pinned) ? File.ReadAllText(_pinned) : "";
            if (text.Length == 0) return;
            Key = NoteKey.TryParse(text, out var key) && key.Kind == NoteKeyKind.Cosignature ? key
                : throw new InvalidDataException($"The key of the witness {Url} is no public key for cosignatures (\"name+hash+base64\").");
        }

        public string Url { get; }
        public NoteKey? Key { get; private set; }
        public string? Problem { get; set; }

        /// <summary>The size that the witness has signed last, as far as we know.</summary>
        public long Size { get; set; }

        /// <summary>The text of the checkpoint it has signed last.</summary>
        public string? Signed { get; set; }

        /// <summary>Believes a key that the witness itself has told, from now on and for ever.</summary>
        public void Pin(NoteKey key)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_pinned)!);
            File.WriteAllText(_pinned + ".new", key + "\n");
            File.Move(_pinned + ".new", _pinned, overwrite: true);
            Key = key;
        }
    }
}

/// <summary>Asks each witness to sign the newest checkpoint, once a second while there is news.</summary>
sealed partial class WitnessWork(
    EvidenceLog log, EvidenceWitnesses witnesses, IHttpClientFactory clients, PlatformOptions options, TimeProvider clock, BackgroundWork work, ILogger<WitnessWork> logger)
    : BackgroundService
{
    static readonly TimeSpan Turn = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken) =>
        await Task.WhenAll(witnesses.All.Select(witness => Follow(witness, stoppingToken)));

    async Task Follow(EvidenceWitnesses.One witness, CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(Turn, clock);
        do await Ask(witness, cancel);
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>Gets a witness's signature on the newest checkpoint, or keeps what is in the way.</summary>
    internal async Task Ask(EvidenceWitnesses.One witness, CancellationToken cancel)
    {
        if (witness.Signed == log.Head.Checkpoint.Text) return;
        var name = $"witness {witness.Url}";
        try
        {
            using var client = clients.CreateClient(EvidenceWitnesses.Client);
            if (witness.Key is null) await AskForKey(client, witness, cancel);
            witness.Problem = await AskForSignature(client, witness, cancel);
            if (witness.Problem is null) work.Succeeded(name);
            else work.Failed(name, new InvalidOperationException(witness.Problem));
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or InvalidDataException && !cancel.IsCancellationRequested)
        {
            // A witness that is away holds up nobody: entries go on, their proofs say that no witness has signed yet.
            if (witness.Problem is null) Away(logger, witness.Url, failure);
            witness.Problem = failure.Message;
            work.Failed(name, failure);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The witness {Url} can't be asked now; it is tried again every second.")]
    static partial void Away(ILogger log, string url, Exception failure);

    static async Task AskForKey(HttpClient client, EvidenceWitnesses.One witness, CancellationToken cancel)
    {
        var text = await client.GetStringAsync($"{witness.Url}/key", cancel);
        if (!NoteKey.TryParse(text, out var key) || key.Kind != NoteKeyKind.Cosignature)
            throw new InvalidDataException($"{witness.Url}/key does not answer with a public key for cosignatures.");
        witness.Pin(key);
    }

    /// <returns>What is in the way, or null when it has signed.</returns>
    async Task<string?> AskForSignature(HttpClient client, EvidenceWitnesses.One witness, CancellationToken cancel)
    {
        var checkpoint = log.Head.Checkpoint;
        // Twice at most: the witness may know a size that we do not know of, or the log not at all.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            if (witness.Size > checkpoint.Size)
                return $"It has signed {witness.Size:N0} entries, but the log holds {checkpoint.Size:N0}: the log was put back to an older state. Restore the newest backup.";
            using var body = new StringContent(BodyOf(witness.Size, checkpoint), Encoding.UTF8, "text/plain");
            using var answer = await client.PostAsync($"{witness.Url}/add-checkpoint", body, cancel);
            var text = await answer.Content.ReadAsStringAsync(cancel);
            if (answer.StatusCode == HttpStatusCode.OK) return Accept(witness, checkpoint, text);
            if (answer.StatusCode == HttpStatusCode.Conflict && long.TryParse(text.AsSpan().TrimEnd('\n'), NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size != witness.Size) witness.Size = size;
            else if (answer.StatusCode == HttpStatusCode.NotFound && options.DemoMode && attempt == 0) await Introduce(client, witness, cancel);
            else return $"It answers {(int)answer.StatusCode}: {text.Trim()}";
        }
        return "It names another size each time it is asked.";
    }

    string BodyOf(long old, Checkpoint checkpoint) => string.Create(CultureInfo.InvariantCulture,
        $"old {old}\n{string.Concat(log.ProveConsistency(old, checkpoint.Size).Select(hash => Convert.ToBase64String(hash) + "\n"))}\n{checkpoint}");

    string? Accept(EvidenceWitnesses.One witness, Checkpoint checkpoint, string lines)
    {
        var signatures = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => NoteSignature.TryParse(line, out var signature) ? signature : null)
            .Where(signature => signature is not null && signature.IsBy(witness.Key!) && witness.Key!.Verify(checkpoint.Text, signature.Signature)).OfType<NoteSignature>().ToList();
        if (signatures.Count == 0) return "Its answer holds no right signature of its key.";
        log.AddCosignatures(checkpoint, signatures);
        (witness.Size, witness.Signed) = (checkpoint.Size, checkpoint.Text);
        return null;
    }

    /// <summary>In the demo city the witness takes every log that introduces itself; elsewhere its operator is given the keys.</summary>
    async Task Introduce(HttpClient client, EvidenceWitnesses.One witness, CancellationToken cancel)
    {
        using var keys = new StringContent(string.Concat(log.Keys.Select(key => $"{key}\n")), Encoding.UTF8, "text/plain");
        using var answer = await client.PostAsync($"{witness.Url}/logs", keys, cancel);
        answer.EnsureSuccessStatusCode();
    }
}
