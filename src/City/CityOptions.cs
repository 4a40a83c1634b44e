namespace Pujiang.City;

/// <summary>Where the city keeps its things and finds the bank, from configuration (<c>City:*</c>).</summary>
sealed record CityOptions
{
    /// <summary>Folder of what the actors have received and know. Nobody but the city reads it.</summary>
    public string DataFolder { get; init; } = Path.Combine("data", "city");

    /// <summary>Address of the bank: there are its public keys, and there go the messages of the actors. Null while there is no bank.</summary>
    public string? Bank { get; init; }
}
