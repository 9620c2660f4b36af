using System.Text.Json;
using IdentityProvider.Benchmarks.Revocation;

// One measurement by name; what it needs is a JSON document on standard input, what it found is one on standard output.
var json = JsonSerializerOptions.Web;
var input = await Console.In.ReadToEndAsync();
object found = args switch
{
    ["pushed"] => await Pushed.MeasureAsync(Read<Pushed.Input>()),
    ["cost"] => await Cost.MeasureAsync(Read<Cost.Input>()),
    ["fill"] => await FullList.FillAsync(Read<FullList.FillInput>()),
    ["sign"] => FullList.MeasureSigning(Read<FullList.SignInput>()),
    ["memory"] => await FullList.MeasureMemoryAsync(Read<FullList.MemoryInput>()),
    ["streams"] => await Streams.MeasureAsync(Read<Streams.Input>()),
    _ => throw new ArgumentException("pushed, cost, fill, sign, memory or streams"),
};
Console.WriteLine(JsonSerializer.Serialize(found, found.GetType(), json));

T Read<T>() => JsonSerializer.Deserialize<T>(input, json)!;
