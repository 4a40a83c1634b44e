namespace Pujiang.City;

/// <summary>Somebody outside the bank. Its addresses begin with its name; its texts are <c>city.actor.{name}</c>.</summary>
sealed record Actor(string Name)
{
    /// <summary>The computer system of a firm, which receives webhooks.</summary>
    public static readonly Actor Firm = new("firm");

    /// <summary>A gateway that passes text messages on to phones.</summary>
    public static readonly Actor Sms = new("sms");

    /// <summary>Everybody's mailbox.</summary>
    public static readonly Actor Mail = new("mail");

    /// <summary>Looks at files for malware.</summary>
    public static readonly Actor Scanner = new("scanner");

    public static IReadOnlyList<Actor> All { get; } = [Firm, Sms, Mail, Scanner];

    public static Actor? Named(string? name) => All.FirstOrDefault(actor => actor.Name == name);

    /// <summary>The actor whose address this is: the first part of the path is its name.</summary>
    public static Actor? At(PathString path) => Named(path.Value?.Split('/', 3).ElementAtOrDefault(1));
}
