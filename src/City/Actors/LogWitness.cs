using System.Text;
using Pujiang.Platform;

namespace Pujiang.City;

/// <summary>
/// A witness of evidence logs (C2SP tlog-witness): it signs a checkpoint only when the log still holds all that it held at the
/// last one. It takes every log that introduces itself, as nobody real should.
/// </summary>
sealed class LogWitness : Actor
{
    public override string Name => "witness";

    public override void AddServices(IServiceCollection services, CityOptions options) => services.AddSingleton(provider =>
    {
        var folder = Path.Combine(options.DataFolder, "witness");
        var signer = NoteSigner.Open(Path.Combine(folder, "witness.key"), "witness.example/city", NoteKeyKind.Cosignature);
        return new Witness(signer, Path.Combine(folder, "logs"), provider.GetRequiredService<TimeProvider>());
    });

    public override void Map(RouteGroupBuilder at)
    {
        at.MapGet("/key", (Witness witness) => Results.Text($"{witness.Key}\n"));
        at.MapReceive("/logs", Watch, SignatureWanted.No);
        at.MapReceive("/add-checkpoint", AddCheckpoint, SignatureWanted.No);
    }

    static IResult Watch(Exchange exchange, Witness witness)
    {
        exchange.Kind = "log keys";
        if (!witness.Watch(Encoding.UTF8.GetString(exchange.Body)).Try(out var watched, out var refusal)) return refusal.ToProblem();
        exchange.Subject = watched.Origin;
        exchange.Finding = "watched";
        return Results.Ok();
    }

    static IResult AddCheckpoint(Exchange exchange, Witness witness)
    {
        exchange.Kind = "checkpoint";
        var body = Encoding.UTF8.GetString(exchange.Body);
        var answer = witness.AddCheckpoint(body);
        // The checkpoint's first two lines: which log, and how many entries.
        exchange.Subject = string.Join(' ', body.Split("\n\n", 2).ElementAtOrDefault(1)?.Split('\n').Take(2) ?? []);
        exchange.Finding = answer.Status switch
        {
            StatusCodes.Status200OK => "signed",
            StatusCodes.Status409Conflict when answer.ContentType == Witness.SizeType => "other size known",
            StatusCodes.Status409Conflict => "fork refused",
            StatusCodes.Status422UnprocessableEntity => "no consistency",
            _ => "refused",
        };
        return Results.Text(answer.Body, answer.ContentType, contentEncoding: null, answer.Status);
    }
}
