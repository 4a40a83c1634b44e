using System.Net;

namespace Pujiang.Platform;

/// <summary>Fetches the lists from where they are published and imports what is new.</summary>
sealed class FetchLists(IHttpClientFactory http, ImportList imports, PlatformOptions platform) : IJobWork
{
    public const string Client = "sanctions-lists";

    static readonly string[] OfacFiles = [OfacList.MainFile, "alt.csv", "add.csv", "sdn_comments.csv"];

    public async Task Run(JobRun run, CancellationToken cancel)
    {
        var (sources, faults, fresh) = (platform.Screening.Sources, new List<string>(), 0);
        for (var i = 0; i < sources.Count; i++)
        {
            run.Report(i, sources.Count, sources[i].Address);
            // A list that can't be had does not keep the bank from another.
            var (problem, isNew) = await Fetch(sources[i].Address, cancel);
            if (problem is not null) faults.Add($"{sources[i].Address}: {problem}");
            else if (isNew) fresh++;
        }
        if (faults.Count > 0) throw new JobFailedException(string.Join(' ', faults));
        // A run that brought nothing new is none worth keeping.
        run.Report(fresh, sources.Count, fresh == 0 ? "" : $"{fresh} new");
    }

    async Task<(string? Problem, bool IsNew)> Fetch(string address, CancellationToken cancel)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            return ("This is no address; it looks like https://www.treasury.gov/ofac/downloads/.", false);
        byte[] content;
        try
        {
            content = address.EndsWith('/') ? await Folder(uri, cancel) : await Download(uri, cancel);
        }
        catch (HttpRequestException failure)
        {
            return (failure.Message, false);
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            return ("No answer in time.", false);
        }
        if (!(await imports.Handle(uri.Segments[^1], content, null, "job", cancel)).Try(out var result, out var refusal)) return (refusal.Reason, false);
        return result.Version.State == ListState.Waiting ? ($"It has {result.Version.Entries:N0} entries instead of {result.Version.EntriesBefore:N0}: compliance has to look at it.", false)
            : (null, !result.Repeated);
    }

    async Task<byte[]> Folder(Uri folder, CancellationToken cancel)
    {
        var files = new List<ListFile>();
        foreach (var name in OfacFiles) files.Add(new ListFile(name, await Download(new Uri(folder, name), cancel)));
        return ListPackage.Pack(files);
    }

    async Task<byte[]> Download(Uri address, CancellationToken cancel)
    {
        using var client = http.CreateClient(Client);
        client.MaxResponseContentBufferSize = ListPackage.MostBytes;
        using var answer = await client.GetAsync(address, cancel);
        if (answer.StatusCode != HttpStatusCode.OK) throw new HttpRequestException($"{address} answered {(int)answer.StatusCode}.");
        return await answer.Content.ReadAsByteArrayAsync(cancel);
    }
}
