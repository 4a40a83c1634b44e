using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Pujiang.Platform;

/// <summary>Files in this page's forms are encrypted as they arrive; the server would else write larger ones in plain to its temporary folder.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class SealedUploadsAttribute : Attribute;

/// <summary>Reads forms with files before anything else does, and puts the files into the vault's keeping for the time of the request.</summary>
public static class SealedUploads
{
    /// <summary>Parts of a form, and characters of one that is no file.</summary>
    const int MostParts = 100, MostCharacters = 64 * 1024;

    /// <summary>After routing, and before what reads forms, such as the check against forgery.</summary>
    public static IApplicationBuilder UseSealedUploads(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<SealedUploadsAttribute>() is not null && BoundaryOf(context.Request) is { } boundary)
            context.Features.Set<IFormFeature>(new FormFeature(await Read(context, boundary)));
        await next(context);
    });

    static string? BoundaryOf(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
        && HeaderUtilities.RemoveQuotes(type.Boundary) is { Length: > 0 and <= 70 } boundary ? boundary.ToString() : null;

    /// <exception cref="BadHttpRequestException">The form can't be read.</exception>
    internal static async Task<FormCollection> Read(HttpContext context, string boundary)
    {
        var (fields, files, cancel) = (new KeyValueAccumulator(), new FormFileCollection(), context.RequestAborted);
        var reader = new MultipartReader(boundary, context.Request.Body);
        try
        {
            for (var parts = 0; await reader.ReadNextSectionAsync(cancel) is { } section; parts++)
            {
                if (parts == MostParts) throw new InvalidDataException("The form has too many parts.");
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) continue;
                var name = HeaderUtilities.RemoveQuotes(disposition.Name).ToString();
                if (disposition.IsFileDisposition()) files.Add(await Seal(context, section, name, disposition));
                else fields.Append(name, await TextOf(section, cancel));
            }
        }
        catch (Exception broken) when (broken is InvalidDataException || (broken is IOException and not BadHttpRequestException))
        {
            throw new BadHttpRequestException("The form can't be read.", broken);
        }
        return new FormCollection(fields.GetResults(), files);
    }

    static async Task<FormFile> Seal(HttpContext context, MultipartSection section, string name, ContentDispositionHeaderValue disposition)
    {
        var fileName = HeaderUtilities.RemoveQuotes(StringSegment.IsNullOrEmpty(disposition.FileNameStar) ? disposition.FileName : disposition.FileNameStar).ToString();
        var vault = context.RequestServices.GetRequiredService<DocumentVault>();
        // One byte more than is taken tells the page that it is too large.
        var most = FileFormats.MostBytes + 1;
        await using var limited = new FirstBytes(section.Body, most);
        var received = await vault.Receive(limited, most, context.RequestAborted) ?? throw new InvalidOperationException("More was read than there is.");
        context.Response.RegisterForDispose(received);
        var content = received.Open();
        context.Response.RegisterForDispose(content);
        return new FormFile(content, 0, received.Length, name, fileName) { Headers = new HeaderDictionary(), ContentType = section.ContentType ?? "" };
    }

    static async Task<string> TextOf(MultipartSection section, CancellationToken cancel)
    {
        using var reader = new StreamReader(section.Body, leaveOpen: true);
        var text = new char[MostCharacters + 1];
        var length = await reader.ReadBlockAsync(text, cancel);
        return length <= MostCharacters ? new string(text, 0, length) : throw new InvalidDataException("A field of the form is too long.");
    }

    /// <summary>The first bytes of a stream; the rest is left to the reader of the form.</summary>
    sealed class FirstBytes(Stream inner, long left) : Stream
    {
        long _left = left;

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Forms are read asynchronously.");
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
