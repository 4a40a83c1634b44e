using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pujiang.Migrations.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class ListsWebhooksSignaturesPrograms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "key_id",
                schema: "outbox",
                table: "destination");

            migrationBuilder.EnsureSchema(
                name: "oauth");

            migrationBuilder.EnsureSchema(
                name: "screening");

            migrationBuilder.AddColumn<string>(
                name: "algorithm",
                schema: "outbox",
                table: "destination",
                type: "character varying(32)",
                maxLength: 32,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "answers_signed_by",
                schema: "outbox",
                table: "destination",
                type: "character varying(32)",
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "paused_at",
                schema: "outbox",
                table: "destination",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<DateTime>(
                name: "proven_at",
                schema: "outbox",
                table: "destination",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "answer_key_id",
                schema: "outbox",
                table: "attempt",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "failure",
                schema: "outbox",
                table: "attempt",
                type: "character varying(16)",
                maxLength: 16,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "client",
                schema: "oauth",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    party_id = table.Column<Guid>(type: "uuid", nullable: true),
                    registered_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    ended_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    application_type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    client_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    client_secret = table.Column<string>(type: "text", nullable: true),
                    client_type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    concurrency_token = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    consent_type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    display_name = table.Column<string>(type: "text", nullable: true),
                    display_names = table.Column<string>(type: "text", nullable: true),
                    json_web_key_set = table.Column<string>(type: "text", nullable: true),
                    permissions = table.Column<string>(type: "text", nullable: true),
                    post_logout_redirect_uris = table.Column<string>(type: "text", nullable: true),
                    properties = table.Column<string>(type: "text", nullable: true),
                    redirect_uris = table.Column<string>(type: "text", nullable: true),
                    requirements = table.Column<string>(type: "text", nullable: true),
                    settings = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_client", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "list_content",
                schema: "screening",
                columns: table => new
                {
                    version_id = table.Column<Guid>(type: "uuid", nullable: false),
                    package = table.Column<byte[]>(type: "bytea", nullable: false),
                    changes = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_list_content", x => x.version_id);
                });

            migrationBuilder.CreateTable(
                name: "list_head",
                schema: "screening",
                columns: table => new
                {
                    list = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    version_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_list_head", x => x.list);
                });

            migrationBuilder.CreateTable(
                name: "list_version",
                schema: "screening",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    list = table.Column<string>(type: "character varying(16)", maxLength: 16, nullable: false),
                    published_on = table.Column<DateOnly>(type: "date", nullable: true),
                    hash = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    entries = table.Column<int>(type: "integer", nullable: false),
                    names = table.Column<int>(type: "integer", nullable: false),
                    entries_before = table.Column<int>(type: "integer", nullable: false),
                    added = table.Column<int>(type: "integer", nullable: false),
                    removed = table.Column<int>(type: "integer", nullable: false),
                    changed = table.Column<int>(type: "integer", nullable: false),
                    imported_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    imported_by = table.Column<string>(type: "character varying(96)", maxLength: 96, nullable: false),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    in_force_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    approval = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_list_version", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "scope",
                schema: "oauth",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    concurrency_token = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    description = table.Column<string>(type: "text", nullable: true),
                    descriptions = table.Column<string>(type: "text", nullable: true),
                    display_name = table.Column<string>(type: "text", nullable: true),
                    display_names = table.Column<string>(type: "text", nullable: true),
                    name = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true),
                    properties = table.Column<string>(type: "text", nullable: true),
                    resources = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_scope", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "signature",
                schema: "documents",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    document_id = table.Column<Guid>(type: "uuid", nullable: false),
                    signer = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    signer_name = table.Column<byte[]>(type: "bytea", nullable: false),
                    intent = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    signed_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    key_id = table.Column<string>(type: "character varying(64)", maxLength: 64, nullable: false),
                    proof = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_signature", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "signing_request",
                schema: "documents",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    document_id = table.Column<Guid>(type: "uuid", nullable: false),
                    step = table.Column<int>(type: "integer", nullable: false),
                    party_id = table.Column<Guid>(type: "uuid", nullable: true),
                    partner = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    name = table.Column<byte[]>(type: "bytea", nullable: false),
                    intent = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    asked_by = table.Column<string>(type: "character varying(80)", maxLength: 80, nullable: false),
                    asked_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    expires_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: false),
                    state = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    answered_at = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    reason = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_signing_request", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "consent",
                schema: "oauth",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    application_id = table.Column<Guid>(type: "uuid", nullable: true),
                    concurrency_token = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    creation_date = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    properties = table.Column<string>(type: "text", nullable: true),
                    scopes = table.Column<string>(type: "text", nullable: true),
                    status = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    subject = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true),
                    type = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_consent", x => x.id);
                    table.ForeignKey(
                        name: "FK_consent_client_application_id",
                        column: x => x.application_id,
                        principalSchema: "oauth",
                        principalTable: "client",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "token",
                schema: "oauth",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    application_id = table.Column<Guid>(type: "uuid", nullable: true),
                    authorization_id = table.Column<Guid>(type: "uuid", nullable: true),
                    concurrency_token = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    creation_date = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    expiration_date = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    payload = table.Column<string>(type: "text", nullable: true),
                    properties = table.Column<string>(type: "text", nullable: true),
                    redemption_date = table.Column<DateTime>(type: "timestamp with time zone", nullable: true),
                    reference_id = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: true),
                    status = table.Column<string>(type: "character varying(50)", maxLength: 50, nullable: true),
                    subject = table.Column<string>(type: "character varying(400)", maxLength: 400, nullable: true),
                    type = table.Column<string>(type: "character varying(150)", maxLength: 150, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_token", x => x.id);
                    table.ForeignKey(
                        name: "FK_token_client_application_id",
                        column: x => x.application_id,
                        principalSchema: "oauth",
                        principalTable: "client",
                        principalColumn: "id");
                    table.ForeignKey(
                        name: "FK_token_consent_authorization_id",
                        column: x => x.authorization_id,
                        principalSchema: "oauth",
                        principalTable: "consent",
                        principalColumn: "id");
                });

            migrationBuilder.CreateIndex(
                name: "IX_message_created_at",
                schema: "outbox",
                table: "message",
                column: "created_at");

            migrationBuilder.CreateIndex(
                name: "IX_message_destination_state_number",
                schema: "outbox",
                table: "message",
                columns: new[] { "destination", "state", "number" });

            migrationBuilder.CreateIndex(
                name: "IX_client_client_id",
                schema: "oauth",
                table: "client",
                column: "client_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_client_party_id",
                schema: "oauth",
                table: "client",
                column: "party_id");

            migrationBuilder.CreateIndex(
                name: "IX_consent_application_id_status_subject_type",
                schema: "oauth",
                table: "consent",
                columns: new[] { "application_id", "status", "subject", "type" });

            migrationBuilder.CreateIndex(
                name: "IX_list_version_list_imported_at",
                schema: "screening",
                table: "list_version",
                columns: new[] { "list", "imported_at" });

            migrationBuilder.CreateIndex(
                name: "IX_scope_name",
                schema: "oauth",
                table: "scope",
                column: "name",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_signature_document_id",
                schema: "documents",
                table: "signature",
                column: "document_id");

            migrationBuilder.CreateIndex(
                name: "IX_signing_request_document_id",
                schema: "documents",
                table: "signing_request",
                column: "document_id");

            migrationBuilder.CreateIndex(
                name: "IX_signing_request_partner_state",
                schema: "documents",
                table: "signing_request",
                columns: new[] { "partner", "state" });

            migrationBuilder.CreateIndex(
                name: "IX_signing_request_party_id_state",
                schema: "documents",
                table: "signing_request",
                columns: new[] { "party_id", "state" });

            migrationBuilder.CreateIndex(
                name: "IX_token_application_id_status_subject_type",
                schema: "oauth",
                table: "token",
                columns: new[] { "application_id", "status", "subject", "type" });

            migrationBuilder.CreateIndex(
                name: "IX_token_authorization_id",
                schema: "oauth",
                table: "token",
                column: "authorization_id");

            migrationBuilder.CreateIndex(
                name: "IX_token_expiration_date",
                schema: "oauth",
                table: "token",
                column: "expiration_date");

            migrationBuilder.CreateIndex(
                name: "IX_token_reference_id",
                schema: "oauth",
                table: "token",
                column: "reference_id",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "list_content",
                schema: "screening");

            migrationBuilder.DropTable(
                name: "list_head",
                schema: "screening");

            migrationBuilder.DropTable(
                name: "list_version",
                schema: "screening");

            migrationBuilder.DropTable(
                name: "scope",
                schema: "oauth");

            migrationBuilder.DropTable(
                name: "signature",
                schema: "documents");

            migrationBuilder.DropTable(
                name: "signing_request",
                schema: "documents");

            migrationBuilder.DropTable(
                name: "token",
                schema: "oauth");

            migrationBuilder.DropTable(
                name: "consent",
                schema: "oauth");

            migrationBuilder.DropTable(
                name: "client",
                schema: "oauth");

            migrationBuilder.DropIndex(
                name: "IX_message_created_at",
                schema: "outbox",
                table: "message");

            migrationBuilder.DropIndex(
                name: "IX_message_destination_state_number",
                schema: "outbox",
                table: "message");

            migrationBuilder.DropColumn(
                name: "algorithm",
                schema: "outbox",
                table: "destination");

            migrationBuilder.DropColumn(
                name: "answers_signed_by",
                schema: "outbox",
                table: "destination");

            migrationBuilder.DropColumn(
                name: "paused_at",
                schema: "outbox",
                table: "destination");

            migrationBuilder.DropColumn(
                name: "proven_at",
                schema: "outbox",
                table: "destination");

            migrationBuilder.DropColumn(
                name: "answer_key_id",
                schema: "outbox",
                table: "attempt");

            migrationBuilder.DropColumn(
                name: "failure",
                schema: "outbox",
                table: "attempt");

            migrationBuilder.AddColumn<string>(
                name: "key_id",
                schema: "outbox",
                table: "destination",
                type: "character varying(64)",
                maxLength: 64,
                nullable: true);
        }
    }
}
