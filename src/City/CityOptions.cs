namespace Pujiang.City;

/// <summary>Where the city keeps its things and finds the bank, from configuration (<c>City:*</c>).</summary>
sealed record CityOptions
{
    /// <summary>Folder of what the actors have received and know. Nobody but the city reads it.</summary>
    public string DataFolder { get; init; } = Path.Combine("data", "city");

    /// <summary>Address of the bank: there are its public keys, and there go the messages of the actors. Null while there is no bank.</summary>
    public string? Bank { get; init; }

    /// <summary>At which port of this machine letters are received (SMTP); null for none.</summary>
    public int? MailPort { get; init; }

    /// <summary>Reads and checks them.</summary>
    /// <exception cref="IOException">A setting is wrong; the message says which.</exception>
    public static CityOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetSection("City").Get<CityOptions>() ?? new CityOptions();
        if (string.IsNullOrEmpty(options.Bank)) return options with { Bank = null };
        if (!Uri.TryCreate(options.Bank, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw new IOException($"City:Bank must be an absolute http or https address such as http://localhost:8080, not '{options.Bank}'.");
        return options with { Bank = options.Bank.TrimEnd('/') };
    }
}
